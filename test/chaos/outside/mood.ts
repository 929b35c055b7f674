/** How those outside who are sent things answer for a while. */
export type Mood =
  /** They have no time: 500, and 451 of SMTP. */
  | { readonly kind: 'refuses' }
  /** They read what they are sent, and hang up instead of an answer; before a mail has begun, with 421. */
  | { readonly kind: 'hangs_up' }
  /** They take their time, milliseconds. */
  | { readonly kind: 'slow'; readonly delayMs: number };

/** The mood that everybody outside shares. */
export class Moods {
  #mood: Mood | null = null;

  /** Null: nothing is wrong. */
  get current(): Mood | null {
    return this.#mood;
  }

  /** Gives what ends this mood, and no other. */
  begin(mood: Mood): () => void {
    this.#mood = mood;
    return () => {
      if (this.#mood === mood) this.#mood = null;
    };
  }
}
