import type { Statement } from '../../statement';
import type { DialectContext } from './dialect-context';
import { MOST_DIGITS } from './numbers';
import { text } from './texts';
import { typed, type SqlType, type Typed } from './typed';
import { unsupported } from './unsupported';

/** The one type of several values, which whole numbers and decimals share; NULL is of any. */
export function commonType(values: readonly Typed[]): Pick<Typed, 'type' | 'integerDigits' | 'scale' | 'isSound'> {
  const known = values.filter(({ type }) => type !== 'null');
  const types = [...new Set(known.map(({ type }) => type))];
  const [first = 'null'] = types;
  const type: SqlType | null =
    types.length <= 1
      ? first
      : types.every((one) => EXACT.includes(one))
        ? (EXACT.find((one) => types.includes(one)) ?? null)
        : null;
  if (type === null) throw unsupported(`one column of ${types.join(' and ')}`);
  const integerDigits = Math.max(0, ...known.map((value) => value.integerDigits));
  const scale = Math.max(0, ...known.map((value) => value.scale));
  if (EXACT.includes(type) && integerDigits + scale > MOST_DIGITS)
    throw unsupported('one column of numbers of so many digits');
  return { type, integerDigits, scale, isSound: known.every(({ isSound }) => isSound) };
}

/** What holds the others comes first. */
const EXACT: readonly SqlType[] = ['padded', 'decimal', 'integer'];

/** A value of the type that several share, out of an expression over them. */
export function shared(values: readonly Typed[], expression: Statement, context: DialectContext): Typed {
  const common = commonType(values);
  if (common.type === 'text') return text(expression, context);
  return typed(common.type, expression, common);
}
