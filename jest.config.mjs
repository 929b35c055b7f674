const project = (name, testMatch, more = {}) => ({
  displayName: name,
  rootDir: import.meta.dirname,
  testMatch,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'require', 'default'] },
  transform: { '^.+\\.(ts|js|mjs)$': ['@swc/jest'] },
  // Published as ES modules only, which Jest on Node 20 cannot require as they are.
  transformIgnorePatterns: ['/node_modules/(?!(jose|temporal-polyfill|temporal-utils|temporal-spec|croner)/)'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  ...more,
});
const withPostgres = {
  globalSetup: '<rootDir>/test/postgres-setup.mjs',
  globalTeardown: '<rootDir>/test/postgres-teardown.mjs',
};
const withKafka = {
  globalSetup: '<rootDir>/test/kafka-setup.mjs',
  globalTeardown: '<rootDir>/test/kafka-teardown.mjs',
};

export default {
  // Every machine is slow at times, and tests wait for signals: the limit is there only for what hangs.
  testTimeout: 60_000,
  projects: [
    project('unit', ['<rootDir>/{apps,libs,deploy,test}/**/*.unit.test.ts']),
    project('integration', ['<rootDir>/{apps,libs,deploy,test}/**/*.integration.test.ts'], withPostgres),
    project('kafka', ['<rootDir>/{apps,libs,deploy,test}/**/*.kafka.test.ts'], withKafka),
    project('end-to-end', ['<rootDir>/test/end-to-end/**/*.e2e.test.ts'], withPostgres),
  ],
};
