import { z } from 'zod';
import { CALENDAR_UNITS, OPERATORS, type FilterNode, type Operand } from '#domain';

const calendarUnit = z.enum(CALENDAR_UNITS);
const momentUnit = z.enum([...CALENDAR_UNITS, 'hour', 'minute']);
const offset = z.int().min(-100_000).max(100_000);

const literal = z.object({
  type: z.literal('literal'),
  value: z.string(),
  parameter: z.string().nullable().describe('Name of the parameter whose value counts; `value` is its default then.'),
});
const moment = z.object({
  type: z.literal('moment'),
  offset,
  unit: momentUnit,
  startOf: calendarUnit.nullable(),
});
const period = z.object({
  type: z.literal('period'),
  period: z.enum(['previous', 'current', 'next', 'to_date']),
  unit: calendarUnit,
  count: z.int().min(1).max(100_000),
});

const OPERAND_TEXT =
  'A value in the text form of its column (`literal`), a moment counted from when the report is due (`moment`), or a stretch ' +
  'of calendar units for `during` (`period`).';

const operand = z
  .discriminatedUnion('type', [literal, moment, period])
  .meta({ id: 'Operand', description: OPERAND_TEXT });

/** A filter as it is kept and answered. */
export const filterNode: z.ZodType<FilterNode> = z
  .lazy(() =>
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('and'), nodes: z.array(filterNode) }),
      z.object({ type: z.literal('or'), nodes: z.array(filterNode) }),
      z.object({ type: z.literal('not'), node: filterNode }),
      z.object({
        type: z.literal('condition'),
        column: z.string(),
        operator: z.enum(OPERATORS),
        operands: z.array(operand),
      }),
    ]),
  )
  .meta({ id: 'Filter', description: 'A condition on the rows: a tree of and, or and not over comparisons.' });

/** JSON numbers lose digits beyond 2^53, and the text form of a very small one has an exponent, which no column takes. */
export const scalar = z
  .union([z.string(), z.number(), z.boolean()])
  .refine((value) => typeof value !== 'number' || isExact(value), {
    error: 'is too large or too small for a JSON number: send it as text',
  });

function isExact(value: number): boolean {
  return (!Number.isInteger(value) || Number.isSafeInteger(value)) && !String(value).includes('e');
}

/** `{ "offset": -7, "unit": "day" }`, `{ "period": "previous", "unit": "month" }`. */
const relativeInput = z
  .union([
    z.strictObject({ offset: offset.default(0), unit: momentUnit, startOf: calendarUnit.nullable().default(null) }),
    z.strictObject({ period: period.shape.period, unit: calendarUnit, count: period.shape.count.default(1) }),
  ])
  .transform((relative): Operand =>
    'period' in relative ? { type: 'period', ...relative } : { type: 'moment', ...relative },
  )
  .meta({
    id: 'RelativeInput',
    description:
      'A moment, `{ "offset": -7, "unit": "day", "startOf": "day" }`, or a period, `{ "period": "previous", "unit": "month" }`. ' +
      'Both count from the time that the report is due, in its time zone; weeks begin on Monday.',
  });

const valueInput = z
  .union([
    scalar.transform((value): Operand => ({ type: 'literal', value: String(value), parameter: null })),
    z.strictObject({ relative: relativeInput }).transform(({ relative }) => relative),
    z
      .strictObject({ parameter: z.string() })
      .transform(({ parameter }): Operand => ({ type: 'literal', value: '', parameter })),
    z
      .strictObject({ type: z.literal('literal'), value: scalar, parameter: z.string().nullable().default(null) })
      .transform(({ value, parameter }): Operand => ({ type: 'literal', value: String(value), parameter })),
    z
      .strictObject({
        type: z.literal('moment'),
        offset: offset.default(0),
        unit: momentUnit,
        startOf: calendarUnit.nullable().default(null),
      })
      .transform((given): Operand => given),
    z.strictObject({ ...period.shape, count: period.shape.count.default(1) }).transform((given): Operand => given),
  ])
  .meta({
    id: 'OperandInput',
    description:
      'A text, number or truth value; `{ "relative": … }`; `{ "parameter": "name" }`; or an operand as answers show it.',
  });

const conditionInput = z
  .strictObject({
    type: z.literal('condition'),
    column: z.string(),
    operator: z.enum(OPERATORS),
    value: valueInput.optional().describe('Short for one operand.'),
    values: z.array(valueInput).max(10_000).optional().describe('Short for several operands.'),
    relative: relativeInput.optional().describe('Short for one relative operand.'),
    operands: z.array(valueInput).max(10_000).optional(),
  })
  .refine(
    ({ value, values, relative, operands }) =>
      [value, values, relative, operands].filter((given) => given !== undefined).length <= 1,
    'give one of value, values, relative and operands',
  )
  .transform(({ type, column, operator, value, values, relative, operands }): FilterNode => {
    const one = value ?? relative;
    return { type, column, operator, operands: operands ?? values ?? (one === undefined ? [] : [one]) };
  });

/** A filter as people may write it; what comes out is the domain's form. */
export const filterInput: z.ZodType<FilterNode> = z
  .lazy(() =>
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('and'), nodes: z.array(filterInput) }),
      z.strictObject({ type: z.literal('or'), nodes: z.array(filterInput) }),
      z.strictObject({ type: z.literal('not'), node: filterInput }),
      conditionInput,
    ]),
  )
  .meta({
    id: 'FilterInput',
    description:
      'A condition on the rows: a tree of `and`, `or` and `not` over conditions. A condition needs no operands ' +
      '(`is_null`), one (`"value": 15`), or several (`"values": ["A", "B"]`). Values may be texts, numbers or truth values; ' +
      '`{ "relative": … }` counts from the time that the report is due.',
    examples: [
      {
        type: 'and',
        nodes: [
          { type: 'condition', column: 'delay', operator: 'gt', value: 15 },
          { type: 'condition', column: 'date', operator: 'during', relative: { period: 'previous', unit: 'week' } },
        ],
      },
    ],
  });
