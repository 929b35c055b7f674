import { flagOf, parseOptions, UsageError } from './options';

const options = {
  runs: { help: 'repetitions', default: 5, max: 100 },
  batchEvents: { help: 'events', default: 1000, min: 10 },
};

describe('parseOptions', () => {
  it('gives the defaults without arguments', () => {
    expect(parseOptions([], options)).toEqual({ json: false, help: false, values: { runs: 5, batchEvents: 1000 } });
  });

  it('takes values behind a blank or an equals sign, with underscores, in any order', () => {
    expect(parseOptions(['--json', '--batch-events=200_000', '--runs', '3'], options)).toEqual({
      json: true,
      help: false,
      values: { runs: 3, batchEvents: 200_000 },
    });
  });

  it('takes the last of two values', () => {
    expect(parseOptions(['--runs', '3', '--runs', '4'], options).values.runs).toBe(4);
  });

  it('knows --help', () => {
    expect(parseOptions(['--help'], options).help).toBe(true);
  });

  it.each([
    [['--speed', '3'], 'There is no option --speed: this bench knows --runs, --batch-events, --json, --help.'],
    [['--batchEvents', '20'], 'There is no option --batchEvents'],
    [['-r', '3'], 'There is no option -r'],
    [['--json=yes'], 'There is no option --json'],
    [['more'], '"more" is one word too many.'],
    [['--runs', 'many'], '--runs needs a whole number'],
    [['--runs', '1.5'], '--runs needs a whole number'],
    [['--runs='], '--runs needs a whole number'],
    [['--runs'], '--runs needs a whole number'],
    [['--runs', '0'], '--runs must be from 1 to 100.'],
    [['--runs', '101'], '--runs must be from 1 to 100.'],
    [['--batch-events', '9'], '--batch-events must be at least 10.'],
  ])('refuses %p', (args, message) => {
    expect(() => parseOptions(args, options)).toThrow(UsageError);
    expect(() => parseOptions(args, options)).toThrow(message);
  });
});

describe('flagOf', () => {
  it('writes a key as it is typed', () => {
    expect(flagOf('batchEvents')).toBe('batch-events');
  });
});
