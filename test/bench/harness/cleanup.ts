type Action = () => unknown;

/** What has been started and must be taken back, the last first, whether all went well, something failed or Ctrl-C came. */
export class Cleanup {
  readonly #steps: { readonly name: string; readonly action: Action }[] = [];
  readonly #interruption = new AbortController();
  readonly #onFailure: (name: string, error: unknown) => void;
  #ending: Promise<void> | undefined;

  constructor(onFailure: (name: string, error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Aborted as soon as the clean-up begins: for what is still being started then. */
  get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  /** Gives a function that takes the step off again, for what ended by itself. */
  add(name: string, action: Action): () => void {
    const step = { name, action };
    this.#steps.push(step);
    return () => {
      const index = this.#steps.indexOf(step);
      if (index >= 0) this.#steps.splice(index, 1);
    };
  }

  /** Takes every step, also after one that failed. Calls while it is under way wait for the same end. */
  run(): Promise<void> {
    this.#ending ??= this.#takeSteps();
    return this.#ending;
  }

  async #takeSteps(): Promise<void> {
    this.#interruption.abort();
    // A step may be added while others are under way: by what was just being started.
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step.action();
      } catch (error) {
        this.#onFailure(step.name, error);
      }
    }
  }
}
