// `npm test`: everything that must hold, in one go. `npm test -- lint unit` runs only the steps named.
import { fileURLToPath } from 'node:url';
import { whyNoKafka } from './kafka/availability.mjs';
import { check, print, runSteps, suite } from './run-steps.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const jest = 'node_modules/jest/bin/jest.js';

const steps = [
  check('format', 'node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']),
  check('lint', 'node_modules/eslint/bin/eslint.js', ['.', '--max-warnings=0']),
  check('types', 'node_modules/typescript/bin/tsc', ['--noEmit']),
  check('boundaries', 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs', ['apps', 'libs', 'deploy', 'test']),
  // What is published must be what the code says.
  check('openapi', 'dist/apps/api/src/openapi/write.js', ['--check']),
  check('contracts', 'dist/test/contracts/check.js', []),
  suite('unit', { jest }),
  suite('integration', { jest }),
  // On KAFKA_BROKERS if set, else on a broker of its own.
  suite('kafka', { jest, unavailable: whyNoKafka }),
  // Each starts a whole server, and some measure time.
  suite('end-to-end', { jest, workers: 1 }),
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  print(`There is no step ${unknown.join(', ')}: choose from ${steps.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const chosen = wanted.length === 0 ? steps : steps.filter(({ name }) => wanted.includes(name));

// Compiled code is what the tests start, so there is no point in testing what does not compile. The build also
// installs the packages that the other steps need.
const sum = await runSteps([check('build', 'deploy/bootstrap.mjs', [], { live: true })]);
if (sum.failed === 0) {
  const rest = await runSteps(chosen);
  for (const key of Object.keys(sum)) sum[key] += rest[key];
} else {
  print('The other steps did not run, because the build failed.');
}
process.exitCode = sum.failed === 0 ? 0 : 1;
print(`Tests: ${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
