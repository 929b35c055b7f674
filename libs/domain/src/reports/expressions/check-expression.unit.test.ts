import { FLIGHTS } from '../../testing/samples';
import { readExpression } from './read-expression';

const columns = new Map(FLIGHTS.columns.map((column) => [column.name, column]));

function typeOf(source: string): string {
  const reading = readExpression(source, columns);
  return reading.ok ? reading.expression.dataType : `${reading.code} ${reading.message}`;
}

describe('the type of an expression', () => {
  it.each([
    ['delay', 'integer'],
    ['fare', 'decimal'],
    ['id', 'string'],
    ['9'.repeat(18), 'integer'],
    ['9'.repeat(19), 'decimal'],
    ['1.0', 'decimal'],
    ["'a'", 'string'],
    ['revenue * occupancy', 'decimal'],
    ['delay + 1', 'integer'],
    ['delay * fare', 'decimal'],
    ['delay / 2', 'decimal'],
    ['delay % 2', 'integer'],
    ['delay % 2.5', 'decimal'],
    ['-delay', 'integer'],
    ['-fare', 'decimal'],
    ['delay > 1 or diverted', 'boolean'],
    ['delay = fare', 'boolean'],
    ['not diverted', 'boolean'],
    ['details_is_null is null', 'column.unknown At character 1: The dataset has no column "details_is_null".'],
    ['day is null', 'boolean'],
    ["delay || ' min'", 'string'],
    ['concat(delay, day, diverted, gate_closes, departed_at, id)', 'string'],
    ['case when diverted then 1 when not diverted then 2.5 end', 'decimal'],
    ['if(diverted, null, day)', 'date'],
    ['coalesce(delay, fare, null)', 'decimal'],
    ["nullif(origin, '')", 'string'],
    ['greatest(day, to_date(departed_at))', 'date'],
    ['round(fare)', 'integer'],
    ['round(fare, 1)', 'decimal'],
    ['floor(fare) + ceil(fare)', 'integer'],
    ['abs(delay)', 'integer'],
    ['abs(fare)', 'decimal'],
    ['length(trim(upper(lower(origin))))', 'integer'],
    ["substring(replace(origin, 'a', 'b'), 1, 2)", 'string'],
    ["contains(origin, 'a') and starts_with(origin, 'a') and ends_with(origin, 'a')", 'boolean'],
    ['year(day) + quarter(day) + month(day) + day(departed_at) + weekday(day)', 'integer'],
    ['hour(departed_at) * 60 + minute(gate_closes)', 'integer'],
    ['date_diff(day, departed_at)', 'integer'],
    ['date_add(day, 1)', 'date'],
    ['date_add(departed_at, delay)', 'timestamp'],
  ])('%s is %s', (source, type) => {
    expect(typeOf(source)).toBe(type);
  });

  it.each([
    ['delay + origin', 9, '"+" needs numbers; this is of type string.'],
    ['day - 1', 1, '"-" needs numbers; this is of type date.'],
    ['-origin', 2, '"-" needs a number; this is of type string.'],
    ['not delay', 5, '"not" needs a condition; this is of type integer.'],
    ['diverted and delay', 14, '"and" needs a condition; this is of type integer.'],
    ["delay = 'x'", 7, 'Values of types integer and string cannot be compared.'],
    ['day < departed_at', 5, 'Values of types date and timestamp cannot be compared.'],
    ['delay = null', 9, 'NULL stands only as a result beside others. To ask for it, write "… is null".'],
    ['null', 1, 'NULL stands only as a result beside others. To ask for it, write "… is null".'],
    ['if(diverted, null, null)', 1, 'All results are NULL, which is of no type.'],
    ["if(diverted, 1, 'x')", 17, 'This is of type string, but what stands beside it of type integer.'],
    ['if(delay, 1, 2)', 4, '"when" needs a condition; this is of type integer.'],
    ['coalesce(1)', 1, '"coalesce" takes 2 or more arguments; 1 given.'],
    ['nullif(1, 2, 3)', 1, '"nullif" takes 2 arguments; 3 given.'],
    ['concat()', 1, '"concat" takes at least one argument.'],
    ['round(1, 2, 3)', 1, '"round" takes 1 or 2 arguments; 3 given.'],
    ['upper(delay)', 7, 'Argument 1 of "upper" is a text; this is of type integer.'],
    ['round(fare, 1.5)', 13, 'Argument 2 of "round" is an integer; this is of type decimal.'],
    ['year(gate_closes)', 6, 'Argument 1 of "year" is a date or timestamp; this is of type time.'],
    ['hour(day)', 6, 'Argument 1 of "hour" is a time or timestamp; this is of type date.'],
    ['airborne || stops', 1, 'Nothing can be calculated with a column of type duration.'],
    ['1 + details', 5, 'Nothing can be calculated with a column of type json.'],
  ])('%s has none', (source, at, sentence) => {
    expect(typeOf(source)).toBe(`expression.type At character ${at}: ${sentence}`);
  });
});
