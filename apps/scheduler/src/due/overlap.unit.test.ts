import { decideOverlap } from './overlap';

const waiting = { jobId: 'waiting', waits: true };
const running = { jobId: 'running', waits: false };
const request = { type: 'request', exclusive: false, cancel: [] };
const queue = { ...request, exclusive: true };
const skip = { type: 'skip' };

it.each([
  ['allow', [running], request],
  ['allow', [running, waiting], request],
  ['skip', [], request],
  ['skip', [waiting], skip],
  ['skip', [running], skip],
  ['queue_one', [], queue],
  ['queue_one', [running], queue],
  ['queue_one', [running, waiting], skip],
  ['queue_one', [waiting], skip],
  ['queue_all', [running, waiting], queue],
  ['cancel_running', [], request],
  ['cancel_running', [running, waiting], { ...request, cancel: ['running', 'waiting'] }],
] as const)('%s with %j open', (policy, open, expected) => expect(decideOverlap(policy, open)).toEqual(expected));
