import type { Parcel } from './delivery-channel';
import { DeliveryError, optionsInvalid } from './delivery-error';

const PLACEHOLDER = /\{([^{}]*)\}/g;
const PLACEHOLDERS = ['file', 'template', 'jobId', 'deliveryId', 'reportDate'] as const;
/** What POSIX file systems hold, in bytes of UTF-8. */
const SEGMENT_LIMIT = 255;

/**
 * The names under which a parcel's files are stored, by a pattern such as `{reportDate}/{template}-{file}`. A `/` of the pattern makes folders;
 * one in a value does not, so no template's or file's name leads out of the folder.
 */
export interface NamePattern {
  /** Relative paths, in the files' order. Throws `delivery.name_invalid` where two are the same or one cannot be a name. */
  namesFor(parcel: Parcel): string[];
}

/** @throws DeliveryError `delivery.options_invalid` */
export function namePattern(pattern: string): NamePattern {
  for (const [whole, name] of pattern.matchAll(PLACEHOLDER)) {
    if (PLACEHOLDERS.every((known) => known !== name)) {
      throw optionsInvalid(`The name pattern has ${whole}: it may have ${listed()}.`);
    }
  }
  if (!pattern.includes('{file}'))
    throw optionsInvalid('The name pattern needs {file}, so that each file has its own.');
  if (pattern.split('/').some((segment) => !isName(segment))) {
    throw optionsInvalid('The name pattern has an empty part, "." or "..", or a character that names cannot have.');
  }
  return { namesFor: (parcel) => distinct(parcel.files.map(({ name }) => fill(pattern, parcel, name))) };
}

/** @throws DeliveryError `delivery.options_invalid` */
export function checkNamePattern(pattern: string): void {
  namePattern(pattern);
}

function fill(pattern: string, parcel: Parcel, file: string): string {
  const values: Record<string, string> = {
    file,
    template: parcel.templateName,
    jobId: parcel.jobId,
    deliveryId: parcel.deliveryId,
    reportDate: parcel.reportDate,
  };
  const filled = pattern
    .split('/')
    .map((segment) => segment.replace(PLACEHOLDER, (_whole, name: string) => nameable(values[name] ?? '')));
  const unfit = filled.find((segment) => !isName(segment) || Buffer.byteLength(segment) > SEGMENT_LIMIT);
  if (unfit === undefined) return filled.join('/');
  throw nameInvalid(
    `The file "${nameable(file)}" gets no valid name by the pattern: its parts are 1 to ${SEGMENT_LIMIT} bytes long.`,
  );
}

/** What a value contributes to a name: no separator, nothing invisible, one form of each accented letter. */
const nameable = (value: string): string =>
  value
    .toWellFormed()
    .normalize('NFC')
    .replace(/[/\\\p{C}\p{Zl}\p{Zp}]/gu, '_');

/** Names of full stops and spaces alone are none: some servers drop the spaces. */
const isName = (segment: string): boolean => !/^[.\s]*$/.test(segment) && !/[\\\p{Cc}]/u.test(segment);

function distinct(names: string[]): string[] {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw nameInvalid(`Two files would be stored as "${name}": give them different names.`);
    seen.add(name);
  }
  return names;
}

const nameInvalid = (message: string): DeliveryError => new DeliveryError('delivery.name_invalid', message, false);

const listed = (): string => PLACEHOLDERS.map((name) => `{${name}}`).join(', ');
