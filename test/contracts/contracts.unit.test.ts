import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Parser, fromFile } from '@asyncapi/parser';
import { packageRoot } from '#platform';
import type { RecordSchema } from '../../libs/contracts/src/avro/avro-schema';
import { CURRENT_VERSIONS } from '../../libs/contracts/src/published/published-events';
import { contractProblems } from './compatibility';
import { publicationProblems, publish } from './publish';

const schemas = join(packageRoot(), 'schemas');
const FILE = 'template/TemplateArchived.v1.avsc';
const NEXT = 'template/TemplateArchived.v2.avsc';
const SUBJECT = 'report-scheduler.template.v1-report_scheduler.template.TemplateArchived';

/** As the parser counts: errors are 0, warnings 1, hints more. */
const SEVERITY_WARNING = 1;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'contracts-'));
  cpSync(schemas, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function changeSchema(edit: (schema: RecordSchema) => RecordSchema, to = FILE): void {
  const schema = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as RecordSchema;
  write(to, edit(schema));
}
function changeIds(edit: (ids: Ids) => Ids): void {
  write('ids.json', edit(JSON.parse(readFileSync(join(folder, 'ids.json'), 'utf8')) as Ids));
}
function write(file: string, content: unknown): void {
  writeFileSync(join(folder, file), `${JSON.stringify(content, null, 2)}\n`);
}
const nextVersion = (edit: (fields: RecordSchema['fields']) => RecordSchema['fields']) =>
  changeSchema((schema) => ({ ...schema, fields: edit(schema.fields) }), NEXT);
type Ids = Record<string, Record<string, number>>;

it('what is published keeps its promises', () => expect(publicationProblems(schemas)).toEqual([]));

describe('the check fires when', () => {
  it('a published file changes', () => {
    changeSchema((schema) => ({ ...schema, doc: 'Another text.' }));
    expect(contractProblems(folder)).toEqual([`${FILE} was published and has changed: a change makes a new version`]);
  });

  it('a published file goes away', () => {
    rmSync(join(folder, FILE));
    expect(contractProblems(folder)).toEqual([
      `${FILE} was published and is gone`,
      'TemplateArchived has no schema of version 1',
    ]);
  });

  it('an id changes', () => {
    changeIds((ids) => ({ ...ids, [SUBJECT]: { 1: 999 } }));
    expect(contractProblems(folder)).toContain(`${SUBJECT} version 1 was published with id 3, not 999`);
  });

  it('an id vanishes', () => {
    changeIds((ids) => Object.fromEntries(Object.entries(ids).filter(([subject]) => subject !== SUBJECT)));
    expect(contractProblems(folder)).toEqual([
      `${SUBJECT} version 1 was published with id 3, not without one`,
      expect.stringContaining('TemplateArchived.v1.avsc has no id'),
    ]);
  });

  it('two schemas share an id', () => {
    changeIds((ids) => ({ ...ids, [SUBJECT]: { ...ids[SUBJECT], 2: 1 } }));
    expect(contractProblems(folder)).toContainEqual(expect.stringMatching(/^id 1 stands for .* and for .* version 2$/));
  });

  it('a file is not named by its event', () => {
    renameSync(join(folder, FILE), join(folder, 'template/Archived.avsc'));
    expect(contractProblems(folder)).toContainEqual(expect.stringContaining('is not named <Event>.v<version>.avsc'));
  });

  it('a schema has no event', () => {
    changeSchema((schema) => ({ ...schema, name: 'TemplatePrinted' }), 'template/TemplatePrinted.v1.avsc');
    expect(publish(folder)).toEqual(['nothing writes TemplatePrinted in version 1']);
  });

  it('asyncapi.yaml is not what the schemas say', () => {
    writeFileSync(join(folder, 'asyncapi.yaml'), 'asyncapi: 3.0.0\n');
    expect(publicationProblems(folder)).toEqual(['asyncapi.yaml is not what the schemas say: publish it']);
  });

  it('a new version cannot read the old one, or the old one cannot read it', () => {
    nextVersion((fields) => [...fields, { name: 'reason', type: 'string' }]);
    expect(publish(folder)).toContainEqual(expect.stringMatching(/^BACKWARD: TemplateArchived\.v2 cannot read what/));
    nextVersion((fields) => fields.filter(({ name }) => name !== 'by'));
    expect(publish(folder)).toContainEqual(expect.stringMatching(/^FORWARD: .*v1\.avsc cannot read what/));
    nextVersion((fields) => fields.map((field) => (field.name === 'by' ? { ...field, type: 'long' } : field)));
    expect(publish(folder).filter((problem) => /^(BACK|FOR)WARD/.test(problem))).toHaveLength(2);
    nextVersion((fields) =>
      fields.map((field) => (field.name === 'by' ? { ...field, type: ['null', 'string'] } : field)),
    );
    expect(publish(folder).filter((problem) => /^(BACK|FOR)WARD/.test(problem))).toEqual([
      expect.stringMatching(/^FORWARD/),
    ]);
  });

  it('the code writes no such version yet, though the two go together', () => {
    nextVersion((fields) => [...fields, { name: 'reason', type: ['null', 'string'], default: null }]);
    expect(publish(folder)).toEqual(['nothing writes TemplateArchived in version 2']);
    const ids = JSON.parse(readFileSync(join(folder, 'ids.json'), 'utf8')) as Ids;
    expect(ids[SUBJECT]).toEqual({ 1: 3, 2: Math.max(...Object.values(ids).flatMap(Object.values<number>)) });
  });
});

describe('asyncapi.yaml', () => {
  it('is a valid document with every event on the channel of its aggregate', async () => {
    const { document, diagnostics } = await fromFile(new Parser(), join(schemas, 'asyncapi.yaml')).parse();
    expect(diagnostics.filter(({ severity }) => (severity as number) <= SEVERITY_WARNING)).toEqual([]);
    const messages = document!
      .channels()
      .all()
      .flatMap((channel) => channel.messages().all());
    expect(messages.map((message) => message.id()).sort()).toEqual(
      [...CURRENT_VERSIONS]
        // Records of older versions may still be met.
        .flatMap(([type, current]) => Array.from({ length: current }, (_, index) => `${type}.v${index + 1}`))
        .sort(),
    );
    const archived = messages.find((message) => message.id() === 'TemplateArchived.v1')!;
    const file = JSON.parse(readFileSync(join(schemas, FILE), 'utf8')) as RecordSchema;
    expect(archived.payload()!.json()).toMatchObject({ schema: file });
  });
});
