/**
 * `Content-Disposition` for a download (RFC 6266): the name in UTF-8 as RFC 8187 (which replaced RFC 5987) has it, and for old programs one in
 * ASCII that cannot leave its quotes.
 */
export function attachment(name: string): string {
  const ascii = name
    .normalize('NFKD')
    // Accents apart from their letters.
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\x20-\x7e]/g, '_')
    .replaceAll(/["\\%]/g, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${extendedValue(name)}`;
}

/** RFC 8187, 3.2.1: whatever is no `attr-char` is percent-encoded. */
function extendedValue(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
