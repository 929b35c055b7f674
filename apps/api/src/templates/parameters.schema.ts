import { z } from 'zod';
import { chooseParameters, MOST_PARAMETERS, type ParameterValue, type ReportParameter } from '#domain';
import { Problem } from '../http/problem';
import { escapePointer } from '../http/stored-text';
import { scalar } from './filter.schema';

/** What a run or a preview chooses: `{ "late": 30 }`. */
export const parametersInput = z
  .record(z.string(), scalar)
  .refine(
    (values) => Object.keys(values).length <= MOST_PARAMETERS,
    `must not have more than ${MOST_PARAMETERS} members`,
  )
  .default({})
  .meta({
    id: 'ParametersInput',
    description: "Values of the template's parameters by name; those left out have their defaults.",
    examples: [{ late: 30 }],
  });

/** The chosen values as the domain has them. Throws `parameters.invalid` with everything that is wrong. */
export function chosenParameters(
  parameters: readonly ReportParameter[],
  given: z.output<typeof parametersInput>,
): readonly ParameterValue[] {
  const chosen = Object.entries(given).map(([name, value]) => ({ name, value: String(value) }));
  const choice = chooseParameters(parameters, chosen);
  if (choice.ok) return choice.values;
  throw new Problem('parameters.invalid', choice.problems.map(({ message }) => message).join(' '), {
    errors: choice.problems.map(({ code, name, message }) => ({
      code,
      in: 'body',
      pointer: `/parameters/${escapePointer(name)}`,
      message,
    })),
  });
}
