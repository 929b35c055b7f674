/** Prints what happens, one kind of line for each of the three views of a step: command, event and table row. */
export class Narrator {
  readonly #write: (text: string) => void;
  readonly #colour: boolean;

  constructor(write: (text: string) => void, colour: boolean) {
    this.#write = write;
    this.#colour = colour;
  }

  step(title: string): void {
    this.#write(`\n${this.#paint('1', title)}\n`);
  }

  command(method: string, path: string, body?: unknown): void {
    this.#line('command', '36', `${method} ${path}${body === undefined ? '' : ` ${compact(body, 100)}`}`);
  }

  answer(status: number, text: string): void {
    this.#line('answer', '36', `${status} ${text}`);
  }

  event(entry: {
    readonly position: string;
    readonly eventType: string;
    readonly streamId: string;
    readonly revision: number;
  }): void {
    const { position, eventType, streamId, revision } = entry;
    this.#line('event', '33', `#${position} ${eventType}  ${streamId} revision ${revision}`);
  }

  row(table: string, columns: Readonly<Record<string, unknown>>): void {
    const cells = Object.entries(columns).map(([name, value]) => `${name}=${compact(value, 90)}`);
    this.#line('row', '32', `${table}: ${cells.join(' ')}`);
  }

  say(text: string): void {
    this.#write(`  ${text}\n`);
  }

  #line(kind: string, colour: string, text: string): void {
    this.#write(`  ${this.#paint(colour, kind.padEnd(8))} ${text}\n`);
  }

  #paint(code: string, text: string): string {
    return this.#colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}

function compact(value: unknown, length: number): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
