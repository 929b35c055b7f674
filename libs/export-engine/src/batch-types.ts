import {
  BATCH_TYPE_SELF_SERVICE,
  BATCH_TYPE_STANDARD_EXPORT,
  PLAIN_REPORT,
  templateFromInput,
  type DatasetDefinition,
  type JobInput,
  type TemplateDefinition,
} from '#domain';

/** What a batch type makes of its input: a report like any other. */
export interface Report {
  /** What the file is named after. */
  readonly title: string;
  readonly definition: TemplateDefinition;
}

/** A kind of batch job that the engine can run. Another kind is one more entry of the registry. */
export interface BatchType {
  readonly id: number;
  /** What people know it by: `Standard export`. */
  readonly name: string;
  /** Whether its jobs are asked for by a dataset and the options of a file, as a standard export is. */
  readonly ofDataset: boolean;
  /** The report that the input asks for. Throws `RangeError` for an input of another kind. */
  report(input: JobInput, dataset: DatasetDefinition): Report;
}

/** The batch types that the engine can run. */
export class BatchTypes {
  readonly all: readonly BatchType[];
  private readonly byId: ReadonlyMap<number, BatchType>;

  constructor(types: readonly BatchType[]) {
    this.all = types;
    this.byId = new Map(types.map((type) => [type.id, type]));
    if (this.byId.size < types.length) throw new RangeError('Two batch types have the same id.');
  }

  /** Throws `RangeError` for an id that no type has. */
  of(id: number): BatchType {
    const type = this.byId.get(id);
    if (!type) throw new RangeError(`There is no batch type ${id}.`);
    return type;
  }
}

/** A template's report: columns, data types, filter, grouping and sort come from the input. */
const selfService: BatchType = {
  id: BATCH_TYPE_SELF_SERVICE,
  name: 'Self-service template',
  ofDataset: false,
  report(input) {
    if (!input.dynamicMapping) throw new RangeError('A self-service input has dynamic columns.');
    return { title: input.additionalConfig.templateName, definition: templateFromInput(input) };
  },
};

/** A whole dataset: every declared column under its label, as it is. */
const standardExport: BatchType = {
  id: BATCH_TYPE_STANDARD_EXPORT,
  name: 'Standard export',
  ofDataset: true,
  report: (input, dataset) => ({
    title: dataset.name,
    definition: {
      ...PLAIN_REPORT,
      datasetId: input.additionalConfig.datasetId,
      columns: dataset.columns.map(({ name, label, type }) => ({
        column: name,
        expression: null,
        header: isUniqueLabel(label, dataset) ? label : name,
        dataType: type,
        format: null,
        aggregate: null,
      })),
      filter: null,
      groupBy: null,
      sort: [],
      rowLimit: null,
      output: input.additionalConfig.output,
    },
  }),
};

export const DEFAULT_BATCH_TYPES = new BatchTypes([selfService, standardExport]);

/** A label that two columns share, or that is another's name, would make two equal headers. */
function isUniqueLabel(label: string, { columns }: DatasetDefinition): boolean {
  const uses = columns.filter((column) => column.label === label || column.name === label);
  return label.trim() !== '' && uses.length === 1;
}
