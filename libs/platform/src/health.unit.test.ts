import { HealthChecks } from './health';

const well = () => Promise.resolve(null);

it('is ready once every check is well, and names the one that is not', async () => {
  const health = new HealthChecks();
  health.register('database', well);
  expect(await health.report()).toMatchObject({ ready: true });
  health.register('exporter', () => Promise.resolve('it stands still'));
  health.register('notifier', () => Promise.reject(new Error('secret detail')));
  expect(await health.report()).toEqual({
    ready: false,
    checks: [
      { name: 'database', problem: null },
      { name: 'exporter', problem: 'it stands still' },
      { name: 'notifier', problem: 'the check itself failed; see the log' },
    ],
    remarks: [],
  });
});

it('takes no second check of a name, which would hide the first', async () => {
  const health = new HealthChecks();
  health.register('exporter', () => Promise.resolve('it stands still'));
  expect(() => health.register('exporter', well)).toThrow('there is a health check named exporter already');
  expect(await health.report()).toMatchObject({ ready: false });
});
