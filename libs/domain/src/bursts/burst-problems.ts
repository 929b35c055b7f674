import type { DataType } from '../reports/data-type';
import type { ReportColumn, TemplateDefinition } from '../reports/definition';
import { unknownParameter } from '../reports/parameters';
import type { BurstDefinition, BurstProblem } from './burst-messages';

/** Placeholders of names at a destination that differ from job to job. */
const TELLING_APART = ['{jobId}', '{deliveryId}'] as const;

export interface BurstCheck {
  readonly definition: BurstDefinition;
  readonly list: TemplateDefinition;
  readonly report: TemplateDefinition;
  /** What the settings allow. */
  readonly mostRows: number;
}

/** All that keeps a burst from working, each with its place in the definition. */
export function burstProblems({ definition, list, report, mostRows }: BurstCheck): readonly BurstProblem[] {
  const problems = [...listProblems(list), ...parameterProblems(definition, list, report)];
  const { email, destination } = definition.delivery;
  if (email !== null && columnOf(list, email.addressColumn) === undefined) {
    problems.push(unknownColumn('/delivery/addressColumn', email.addressColumn, list));
  }
  if (destination !== null && !TELLING_APART.some((placeholder) => destination.pattern?.includes(placeholder))) {
    const message = `Files of two rows would get the same name, and one replace the other: use ${TELLING_APART.join(' or ')}.`;
    problems.push({ code: 'burst.names_collide', pointer: '/delivery/pattern', message });
  }
  if (definition.mostRows > mostRows) {
    const message = `A burst may have ${mostRows} rows at most (BURST_MOST_ROWS).`;
    problems.push({ code: 'burst.limit_exceeded', pointer: '/mostRows', message });
  }
  return problems;
}

function listProblems({ output, deliver }: TemplateDefinition): BurstProblem[] {
  const problems: BurstProblem[] = [];
  if (output.format !== 'jsonl') {
    const message = `The schedule's template makes a list of format ${output.format}: its output must be JSON lines (jsonl).`;
    problems.push({ code: 'burst.list_format', pointer: '', message });
  }
  if (deliver === 'if_changed') {
    const message = "The schedule's template leaves no list where nothing has changed: let it deliver always.";
    problems.push({ code: 'burst.list_withheld', pointer: '', message });
  }
  return problems;
}

function parameterProblems(
  { parameters }: BurstDefinition,
  list: TemplateDefinition,
  report: TemplateDefinition,
): BurstProblem[] {
  return parameters.flatMap(({ name, column: header }, index): BurstProblem[] => {
    const pointer = `/parameters/${index}`;
    const parameter = report.parameters.find((declared) => declared.name === name);
    if (parameter === undefined) {
      const declared = report.parameters.map((each) => each.name);
      return [{ code: 'parameter.unknown', pointer: `${pointer}/name`, message: unknownParameter(name, declared) }];
    }
    if (parameters.findIndex((other) => other.name === name) < index) {
      const message = `The parameter "${name}" is filled twice.`;
      return [{ code: 'burst.parameter_repeated', pointer: `${pointer}/name`, message }];
    }
    const column = columnOf(list, header);
    if (column === undefined) return [unknownColumn(`${pointer}/column`, header, list)];
    if (fits(column, parameter.dataType)) return [];
    const what = column.format === null ? `of type ${column.dataType}` : 'written in a format';
    const message = `The column "${header}" is ${what}, and "${name}" takes a ${parameter.dataType}.`;
    return [{ code: 'burst.column_unfit', pointer: `${pointer}/column`, message }];
  });
}

const NUMBERS: readonly DataType[] = ['integer', 'decimal', 'currency', 'percent'];

/** Whether values of the column may be values of the parameter; of texts, each row tells. */
function fits({ dataType, format }: ReportColumn, wanted: DataType): boolean {
  if (wanted === 'string') return true;
  if (format !== null) return false;
  return dataType === wanted || dataType === 'string' || (NUMBERS.includes(dataType) && NUMBERS.includes(wanted));
}

function columnOf(list: TemplateDefinition, header: string): ReportColumn | undefined {
  return list.columns.find((column) => column.header === header);
}

function unknownColumn(pointer: string, header: string, list: TemplateDefinition): BurstProblem {
  const message = `The list has no column "${header}". It has: ${list.columns.map((column) => column.header).join(', ')}.`;
  return { code: 'burst.column_unknown', pointer, message };
}
