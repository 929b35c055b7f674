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
  /** Whether an input is of this kind. */
  accepts(input: JobInput): boolean;
  /** The report that the input asks for. Only called with inputs that it accepts. */
  report(input: JobInput, dataset: DatasetDefinition): Report;
}

/** The batch types by which inputs are run; the first that accepts an input is its own. */
export class BatchTypes {
  constructor(private readonly types: readonly BatchType[]) {
    const ids = types.map((type) => type.id);
    if (new Set(ids).size < ids.length) throw new RangeError('Two batch types have the same id.');
  }

  /** Throws `RangeError` when no type accepts the input. */
  of(input: JobInput): BatchType {
    const type = this.types.find((candidate) => candidate.accepts(input));
    if (!type) throw new RangeError('No batch type accepts this job input.');
    return type;
  }
}

/** A template's report: columns, data types, filter, grouping and sort come from the input. */
const selfService: BatchType = {
  id: BATCH_TYPE_SELF_SERVICE,
  accepts: (input) => input.dynamicMapping,
  report(input) {
    if (!input.dynamicMapping) throw new RangeError('A self-service input has dynamic columns.');
    return { title: input.additionalConfig.templateName, definition: templateFromInput(input) };
  },
};

/** A whole dataset: every declared column under its label, as it is. */
const standardExport: BatchType = {
  id: BATCH_TYPE_STANDARD_EXPORT,
  accepts: (input) => !input.dynamicMapping,
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
