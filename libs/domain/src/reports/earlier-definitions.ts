import type { JobInput, JobOutput, SelfServiceInput, StandardExportInput } from '../jobs/job-input';
import { PLAIN_REPORT, type ReportColumn, type TemplateDefinition } from './definition';
import type { FilterNode, LiteralOperand, MomentOperand, Operand, PeriodOperand } from './filter';
import { DEFAULT_CSV, type CsvOptions, type OutputOptions, type XlsxOptions } from './output-options';

/** A definition as templates had it before parameters, limits and layouts: version 1 of its events. */
export interface FirstDefinition extends Pick<TemplateDefinition, 'datasetId' | 'groupBy' | 'sort' | 'rowLimit'> {
  readonly columns: readonly Omit<ReportColumn, 'expression'>[];
  readonly filter: FirstFilter | null;
  readonly output: FirstOutput;
}

export type FirstOutput = Omit<CsvOptions, 'quoting' | 'encoding' | 'compression'> | XlsxOptions;

export type FirstFilter =
  | { readonly type: 'and' | 'or'; readonly nodes: readonly FirstFilter[] }
  | { readonly type: 'not'; readonly node: FirstFilter }
  | {
      readonly type: 'condition';
      readonly column: string;
      readonly operator: Extract<FilterNode, { type: 'condition' }>['operator'];
      readonly operands: readonly (Omit<LiteralOperand, 'parameter'> | MomentOperand | PeriodOperand)[];
    };

/** The same definition as one is written now. One that is current already stays what it is. */
export function currentDefinition(definition: FirstDefinition | TemplateDefinition): TemplateDefinition {
  return {
    ...PLAIN_REPORT,
    ...definition,
    columns: definition.columns.map((column) => ({ expression: null, ...column })),
    filter: definition.filter && currentFilter(definition.filter),
    output: currentOutput(definition.output),
  };
}

export function currentFilter(node: FirstFilter | FilterNode): FilterNode {
  switch (node.type) {
    case 'and':
    case 'or':
      return { ...node, nodes: node.nodes.map(currentFilter) };
    case 'not':
      return { ...node, node: currentFilter(node.node) };
    case 'condition':
      return {
        ...node,
        operands: node.operands.map((operand): Operand =>
          operand.type === 'literal' ? { parameter: null, ...operand } : operand,
        ),
      };
  }
}

export function currentOutput(output: FirstOutput | OutputOptions): OutputOptions {
  return output.format === 'csv' ? { ...DEFAULT_CSV, ...output } : output;
}

/** An output as jobs left it before they could withhold one. */
export type FirstOutcome = Omit<JobOutput, 'withheld' | 'contentSha256'>;

export function currentOutcome(output: FirstOutcome | JobOutput): JobOutput {
  return { withheld: null, contentSha256: null, ...output };
}

type FirstConfig = Omit<FirstDefinition, 'columns'> &
  Pick<SelfServiceInput['additionalConfig'], 'templateName' | 'nominalTime' | 'timeZone'>;

/** A job's input before parameters, limits and layouts. */
export type FirstInput =
  | (Pick<SelfServiceInput, 'templateId' | 'dynamicMapping'> & {
      readonly dynamicColumns: readonly Omit<SelfServiceInput['dynamicColumns'][number], 'expression'>[];
      readonly additionalConfig: FirstConfig;
    })
  | (Pick<StandardExportInput, 'dynamicMapping'> & {
      readonly additionalConfig: Omit<StandardExportInput['additionalConfig'], 'output'> & {
        readonly output: FirstOutput;
      };
    });

export function currentInput(input: FirstInput | JobInput): JobInput {
  const output = currentOutput(input.additionalConfig.output);
  if (!input.dynamicMapping) return { ...input, additionalConfig: { ...input.additionalConfig, output } };
  const { filter } = input.additionalConfig;
  return {
    ...input,
    dynamicColumns: input.dynamicColumns.map((column) => ({ expression: null, ...column })),
    additionalConfig: {
      ...PLAIN_REPORT,
      parameters: [],
      ...input.additionalConfig,
      filter: filter && currentFilter(filter),
      output,
    },
  };
}
