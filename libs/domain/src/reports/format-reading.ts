/** A format, or what is wrong with its pattern, as a whole sentence. */
export type FormatReading<Format> =
  { readonly ok: true; readonly format: Format } | { readonly ok: false; readonly problem: string };

export function readable<Format>(format: Format): FormatReading<Format> {
  return { ok: true, format };
}

export function unreadable(problem: string): FormatReading<never> {
  return { ok: false, problem };
}
