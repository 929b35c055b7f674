import type { DeliveryRequest } from '#domain';
import type { Parcel } from '#delivery-channels';
import type { FileStore } from '#file-store';
import type { DeliverableReport } from './delivery-history';

/** What happened, as receivers are told. */
const EVENT = 'report.completed';

/** A report as it is sent, with texts rendered and links to this system, which asks whoever follows them to sign in. */
export function parcelOf(
  { deliveryId, jobId, target }: DeliveryRequest,
  attempt: number,
  { request, output, expiresAt }: DeliverableReport,
  { fileStore, publicUrl }: { readonly fileStore: FileStore; readonly publicUrl: string },
): Parcel {
  const { input, nominalTime, timeZone } = request;
  const templateName = input.dynamicMapping ? input.additionalConfig.templateName : 'Standard export';
  const reportDate = dateIn(nominalTime, timeZone);
  const values = { template: templateName, reportDate, rows: String(output.rows) };
  const job = `${publicUrl}/v1/job-requests/${jobId}`;
  const notes = output.warnings.map(({ message }) => `Note: ${message}`);
  const text = [
    filled(target.text ?? 'The report "{template}" of {reportDate} is ready: {rows} rows.', values),
    ...notes,
  ];
  const url = `${job}/output`;
  return {
    ...{ deliveryId, attempt, event: EVENT, jobId, templateName, reportDate, link: { url, expiresAt } },
    subject: filled(target.subject ?? '{template} – {reportDate}', values),
    text: `${[...text, url].join('\n\n')}\n`,
    html: `${text.map((part) => `<p>${escaped(part)}</p>`).join('\n')}\n<p><a href="${escaped(url)}">Open the report</a></p>\n`,
    files: output.files.map(({ name, key, mediaType, bytes, sha256 }) => ({
      ...{ name, mediaType, bytes, sha256, url: `${job}/files/${encodeURIComponent(name)}` },
      open: () => fileStore.read(key),
    })),
  };
}

/** The calendar date of an instant in a zone: `2026-11-26`. */
function dateIn(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(new Date(instant));
}

const filled = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '<br>');
