import { Temporal } from 'temporal-polyfill';
import {
  readFileNamePattern,
  type FileNamePiece,
  type FileNamePlaceholder,
  type Instant,
  type TimeZone,
} from '#domain';

const LONGEST_TITLE = 120;
const LONGEST_TITLE_BYTES = 200;
const LONGEST_VALUE = 60;
const LONGEST_VALUE_BYTES = 80;
/** File systems hold 255 with the ending; downloads get ` (1)` and the like appended. */
const LONGEST_STEM_BYTES = 230;

const USUAL_PATTERN = '{template}_{date}T{time}';

/** What the names of a report's files are made of. */
export interface Naming {
  /** As `readFileNamePattern` takes it; null for the usual one. */
  readonly pattern: string | null;
  readonly title: string;
  readonly nominalTime: Instant;
  readonly timeZone: TimeZone;
  /** Without the first dot. */
  readonly extension: string;
}

/** A file that is to be named. */
export interface NamedPart {
  /** What the report was split by; null for NULL. Left out: by nothing, or there was no row. */
  readonly value?: string | null;
}

/**
 * Names for the files of a report, in their order, no two alike without regard to case. Whatever would leave the folder, break
 * an HTTP header, trouble a file system or turn the reading direction is replaced. What the pattern lacks to tell several files
 * apart is appended: the value, or `_1-of-3`.
 */
export function fileNames(naming: Naming, parts: readonly NamedPart[]): string[] {
  const pieces = completed(piecesOf(naming.pattern ?? USUAL_PATTERN), parts);
  const width = String(parts.length).length;
  const taken = new Set<string>();
  return parts.map((part, index) => {
    const texts = {
      ...timeTexts(naming),
      template: shortened(safe(naming.title), LONGEST_TITLE, LONGEST_TITLE_BYTES) || 'Report',
      part: String(index + 1).padStart(width, '0'),
      parts: String(parts.length),
      value: valueText(part.value),
    };
    return unique(stemOf(pieces, texts), naming.extension, taken);
  });
}

/** `Delayed flights_2026-11-23T0730.csv`: the usual name of a single file. */
export function fileName(title: string, nominalTime: Instant, timeZone: TimeZone, extension: string): string {
  const [name = ''] = fileNames({ pattern: null, title, nominalTime, timeZone, extension }, [{}]);
  return name;
}

function piecesOf(pattern: string): readonly FileNamePiece[] {
  const reading = readFileNamePattern(pattern);
  if (!reading.ok) throw new RangeError(`The pattern of file names ${reading.problem}.`);
  return reading.pieces;
}

/** The pattern with what it takes to tell the parts apart. */
function completed(pieces: readonly FileNamePiece[], parts: readonly NamedPart[]): readonly FileNamePiece[] {
  const has = (name: FileNamePlaceholder): boolean =>
    pieces.some((piece) => piece.type === 'placeholder' && piece.name === name);
  if (has('part')) return pieces;
  const values = new Set(parts.map(({ value }) => value));
  const byValue = values.size > 1 || !values.has(undefined);
  const withValue = byValue && !has('value') ? [...pieces, ...piecesOf('_{value}')] : pieces;
  return values.size < parts.length ? [...withValue, ...piecesOf('_{part}-of-{parts}')] : withValue;
}

function timeTexts({ nominalTime, timeZone }: Naming): { readonly date: string; readonly time: string } {
  const local = Temporal.Instant.from(nominalTime).toZonedDateTimeISO(timeZone).toPlainDateTime();
  const time = local.toPlainTime().toString({ smallestUnit: 'minute' }).replace(':', '');
  return { date: local.toPlainDate().toString(), time };
}

function valueText(value: string | null | undefined): string {
  if (value === undefined) return '(none)';
  return shortened(safe(value ?? ''), LONGEST_VALUE, LONGEST_VALUE_BYTES) || '(empty)';
}

/** Too long a name is cut in the title first, then at its end. */
function stemOf(pieces: readonly FileNamePiece[], texts: Readonly<Record<FileNamePlaceholder, string>>): string {
  const render = (template: string): string =>
    pieces.map((piece) => (piece.type === 'text' ? piece.text : { ...texts, template }[piece.name])).join('');
  const room = Math.max(LONGEST_STEM_BYTES - Buffer.byteLength(render('')), 0);
  const stem = render(shortened(texts.template, LONGEST_TITLE, room));
  const clean = shortened(safe(stem), Infinity, LONGEST_STEM_BYTES).replace(/[\s.]+$/, '') || 'Report';
  // Windows keeps these for devices, whatever comes behind a dot.
  return /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i.test(clean) ? `_${clean}` : clean;
}

function unique(stem: string, extension: string, taken: Set<string>): string {
  for (let number = 1; ; number++) {
    const name = `${stem}${number === 1 ? '' : ` (${number})`}.${extension}`;
    const key = name.normalize('NFC').toLowerCase();
    if (taken.has(key)) continue;
    taken.add(key);
    return name;
  }
}

function safe(text: string): string {
  return Buffer.from(text)
    .toString()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+/, '');
}

/** Cut between characters. */
function shortened(text: string, longest: number, longestBytes: number): string {
  let characters = Array.from(text).slice(0, longest);
  while (Buffer.byteLength(characters.join('')) > longestBytes) characters = characters.slice(0, -1);
  return characters.join('').trim();
}
