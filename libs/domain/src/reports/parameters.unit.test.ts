import { templateDefinition, FLIGHTS_STATE } from '../testing/samples';
import { chooseParameters, type ReportParameter } from './parameters';
import { validateDefinition } from './validate-definition';

const LATE: ReportParameter = { name: 'late', label: 'Late from', dataType: 'integer', defaultValue: '15' };
const DAY: ReportParameter = { name: 'day', label: 'Day', dataType: 'date', defaultValue: '2026-11-23' };

describe('the parameters of a definition', () => {
  const problems = (...parameters: ReportParameter[]) =>
    validateDefinition(templateDefinition({ parameters }), FLIGHTS_STATE).map(
      ({ code, pointer }) => `${code} ${pointer}`,
    );

  it('may be there without the filter naming them', () => {
    expect(problems(LATE, DAY, { ...LATE, name: 'A_1' })).toEqual([]);
  });
  it.each(['', '1st', 'a b', '_a', 'ä', 'a'.repeat(64), 'a\n'])('are not named %j', (name) => {
    expect(problems({ ...LATE, name })).toEqual(['parameter.name_invalid /parameters/0/name']);
  });
  it('have names of their own', () => {
    expect(problems(LATE, DAY, { ...DAY, name: 'late' })).toEqual(['parameter.duplicate /parameters/2/name']);
    expect(problems(LATE, { ...LATE, name: 'Late' })).toEqual([]);
  });
  it.each([' ', 'x'.repeat(256), 'a\0b'])('are not labelled %j', (label) => {
    expect(problems({ ...LATE, label })).toEqual(['parameter.label_invalid /parameters/0/label']);
  });
  it('have a default of their type', () => {
    expect(problems({ ...LATE, defaultValue: 'x' }, { ...DAY, defaultValue: '2026-02-30' })).toEqual([
      'value.unparsable /parameters/0/defaultValue',
      'value.unparsable /parameters/1/defaultValue',
    ]);
  });
  it('are 50 at most', () => {
    const many = Array.from({ length: 51 }, (_, index) => ({ ...LATE, name: `p${index}` }));
    expect(problems(...many)).toEqual(['parameters.too_many /parameters']);
    expect(problems(...many.slice(1))).toEqual([]);
  });
});

describe('what a run chooses', () => {
  it('is as little as it likes, in the one form of its type', () => {
    expect(chooseParameters([LATE, DAY], [])).toEqual({ ok: true, values: [] });
    const chosen = [{ name: 'late', value: '+030' }];
    expect(chooseParameters([LATE, DAY], chosen)).toEqual({ ok: true, values: [{ name: 'late', value: '30' }] });
  });
  it('is refused where the template has no such parameter, or it takes no such value', () => {
    const chosen = ['x', 'late', 'day'].map((name) => ({ name, value: '2026-11-24' }));
    expect(chooseParameters([LATE, DAY], chosen)).toEqual({
      ok: false,
      problems: [
        { code: 'parameter.unknown', name: 'x', message: 'The template has no parameter "x". It has: late, day.' },
        { code: 'value.unparsable', name: 'late', message: 'The value of "late" is not a whole number.' },
      ],
    });
  });
});
