import { DEFAULT_CSV, DEFAULT_JSON_LINES, DEFAULT_PARQUET, DEFAULT_XLSX, type OutputOptions } from '#domain';
import { templateDefinition } from '#domain/testing';
import { avroReader } from './avro/avro-codec';
import { EventSchemas, type OwnSchema } from './event-schemas';
import { readPublishedSchemas } from './published/published-schemas';

const schemas = new EventSchemas(readPublishedSchemas());
const own = (version: number): OwnSchema => {
  const schema = schemas.find('TemplateRevised', version);
  if (!schema) throw new Error(`there is no version ${version}`);
  return schema;
};
const revised = (output: OutputOptions) => ({
  templateId: 't',
  details: { name: 'Delays', description: null, tags: [] },
  definition: templateDefinition({ output }),
  restoredRevision: null,
  by: 'anna',
  at: '2026-11-23T12:00:00.000Z',
});

describe.each([DEFAULT_CSV, DEFAULT_XLSX, DEFAULT_JSON_LINES, DEFAULT_PARQUET])('$format', (output) => {
  const body = own(2).codec.encode(revised(output));

  it('comes back as it was written', () => {
    expect(own(2).read(body)).toEqual({ data: revised(output), version: 2 });
  });

  it('can be read by a consumer of version 1', () => {
    const read = avroReader(own(2).published.schema, own(1).published.schema)(body);
    const known = output.format === 'csv' || output.format === 'xlsx' ? output.format : 'csv';
    expect(read).toMatchObject({ definition: { output: { format: known } } });
  });
});
