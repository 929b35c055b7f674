/** The present moment as a dependency, so that tests can set it. */
export interface Clock {
  now(): Date;
}
