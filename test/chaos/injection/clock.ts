/**
 * A `Date` that reads another clock: `new Date()`, `Date()` and `Date.now()` are off by so many milliseconds, and everything else
 * is as it was. Dates that it makes are plain ones, and those of before are instances of it.
 */
export function shiftedDate(real: DateConstructor, byMs: () => number): DateConstructor {
  return new Proxy(real, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [target.now() + byMs()] : args, newTarget) as Date,
    apply: (target) => new target(target.now() + byMs()).toString(),
    get: (target, name, receiver) =>
      name === 'now' ? () => target.now() + byMs() : (Reflect.get(target, name, receiver) as unknown),
  });
}
