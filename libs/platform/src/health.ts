/** Null when all is well, else a sentence that says what is wrong. */
export type HealthCheck = () => Promise<string | null>;

export interface HealthReport {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly problem: string | null }[];
  /** What works as it was set up, but not as somebody may expect. */
  readonly remarks: readonly string[];
}

/** What must be well before this process takes work; every part registers its own check at start. */
export class HealthChecks {
  readonly #checks = new Map<string, HealthCheck>();

  readonly #remarks: string[] = [];

  /** A sentence that people see, and that takes no work away from this process. */
  remark(sentence: string): void {
    this.#remarks.push(sentence);
  }

  /** Throws for a name that is taken: of two parts under one name, the health would tell of the later one alone. */
  register(name: string, check: HealthCheck): void {
    if (this.#checks.has(name)) throw new Error(`there is a health check named ${name} already`);
    this.#checks.set(name, check);
  }

  async report(): Promise<HealthReport> {
    const checks = await Promise.all(
      [...this.#checks].map(async ([name, check]) => {
        const problem = await check().catch(() => 'the check itself failed; see the log');
        return { name, problem };
      }),
    );
    return { ready: checks.every(({ problem }) => problem === null), checks, remarks: [...this.#remarks] };
  }
}
