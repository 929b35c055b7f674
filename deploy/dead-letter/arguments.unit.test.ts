import { parseCommand } from './arguments';

const parse = (line: string) => parseCommand(line.split(' ').filter(Boolean));

it.each([
  ['list', { type: 'list', filter: {}, dropped: false, json: false }],
  [
    'list --group exporter --dropped --json',
    { type: 'list', filter: { group: 'exporter' }, dropped: true, json: true },
  ],
  ['replay --stream job-1', { type: 'replay', filter: { streamId: 'job-1' }, json: false }],
  ['replay --all', { type: 'replay', filter: {}, json: false }],
  [
    'drop --id 7 --reason obsolete --by ops',
    { type: 'drop', filter: { id: '7' }, json: false, reason: 'obsolete', by: 'ops', confirmed: false },
  ],
  [
    'drop --all --reason obsolete --yes',
    { type: 'drop', filter: {}, json: false, reason: 'obsolete', by: undefined, confirmed: true },
  ],
  ['drop --help', { type: 'help' }],
])('%s', (line, command) => {
  expect(parse(line)).toEqual(command);
});

it.each([
  ['', 'the command is list, replay or drop, not nothing'],
  ['erase', 'the command is list, replay or drop, not erase'],
  ['list replay', 'one command at a time'],
  ['replay', 'say which'],
  ['drop --reason x', 'say which'],
  ['drop --id 7', 'drop needs --reason'],
  ['list --id 7;', '--id is a number'],
  ['list --grup x', "Unknown option '--grup'"],
])('refuses %j', (line, message) => {
  expect(() => parse(line)).toThrow(message);
});
