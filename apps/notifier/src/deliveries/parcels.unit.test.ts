import { deliveryRequest, jobOutput, jobRequest, mailTarget } from '#domain/testing';
import type { FileStore } from '#file-store';
import { parcelOf } from './parcels';

const surroundings = { fileStore: {} as FileStore, publicUrl: 'https://reports.example.org' };
const report = {
  ...{ request: jobRequest(), output: jobOutput({ rows: 7 }), expiresAt: new Date('2026-12-01T00:00:00Z') },
  expired: false,
};

it('fills in what it names and nothing else, once', () => {
  const target = { ...mailTarget(), subject: '{rows} {constructor} {toString}', text: '<b>{rows}</b>\n{template}' };
  const { subject, text, html } = parcelOf(deliveryRequest({ target }), 1, report, surroundings);
  expect(subject).toBe('7 {constructor} {toString}');
  expect(text).toContain('<b>7</b>\nStandard export');
  expect(html).toContain('<p>&lt;b&gt;7&lt;/b&gt;<br>Standard export</p>');
});
