// Who may import whom. Each rule is proven to fire by test/boundaries.integration.test.ts.
const adapters = 'event-store|event-feed|file-store|data-sources|delivery-channels|contracts';
const testCode = '^test/|[.]test[.]ts$|/testing/';
const misnomers = '^(apps|libs|deploy|test)/.*\\b(commons?|utils?|helpers?|misc|scripts)(/|[.]ts$)';
// Modules that do something to the world, or bring a framework along.
const impure =
  '(^|/)node_modules/(@nestjs|@kurrent|@eventstore|@aws-sdk|pg|pg-[^/]+|mysql2|kysely|kafkajs|pino|rxjs|express)/';

module.exports = {
  forbidden: [
    {
      name: 'domain-knows-only-event-sourcing',
      comment: 'The domain imports no lib but event-sourcing, no app and nothing of deploy.',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: testCode },
      to: { path: '^(libs|apps|deploy)/', pathNot: '^libs/(domain|event-sourcing)/' },
    },
    {
      name: 'domain-is-pure',
      comment: 'No I/O, no clock and no framework in the domain: what it needs to know arrives as an argument.',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: testCode },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'domain-is-free-of-frameworks',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: testCode },
      to: { path: impure },
    },
    {
      name: 'foundations-import-no-lib',
      comment: 'platform and event-sourcing are what the others stand on.',
      severity: 'error',
      from: { path: '^libs/(platform|event-sourcing)/', pathNot: testCode },
      to: { path: '^libs/', pathNot: '^libs/$1/' },
    },
    {
      name: 'adapters-stand-alone',
      comment: 'Adapters never import each other: libs/runtime composes them.',
      severity: 'error',
      from: { path: `^libs/(${adapters})/`, pathNot: testCode },
      to: { path: `^libs/(${adapters})/`, pathNot: '^libs/$1/' },
    },
    {
      name: 'runtime-is-for-apps',
      severity: 'error',
      from: { pathNot: `^apps/|^deploy/distributed/|^libs/runtime/|${testCode}` },
      to: { path: '^libs/runtime/' },
    },
    {
      name: 'libs-import-no-app',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(apps|deploy)/' },
    },
    {
      name: 'libs-are-entered-by-their-index',
      comment: 'Import #name: what a lib does not export is its own affair.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/', pathNot: testCode },
      to: { path: '^libs/', pathNot: '^libs/$1/|^libs/[^/]+/src/(testing/)?index[.]ts$' },
    },
    {
      name: 'apps-enter-libs-by-their-index',
      severity: 'error',
      from: { path: '^apps/', pathNot: testCode },
      to: { path: '^libs/', pathNot: '^libs/[^/]+/src/(testing/)?index[.]ts$' },
    },
    {
      name: 'apps-import-no-other-app',
      comment: 'standalone alone composes them.',
      severity: 'error',
      from: { path: '^apps/(?!standalone/)([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'start-up-stands-alone',
      comment: 'Local services start before anything of the product does.',
      severity: 'error',
      from: { path: '^deploy/(postgres|samples|kafka)/', pathNot: testCode },
      to: { path: '^(apps|libs)/' },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: testCode },
      to: { path: testCode },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'names-say-what-they-hold',
      comment: 'A folder called common or util gathers everything: name it by its noun.',
      severity: 'error',
      from: {},
      to: { path: misnomers },
    },
    {
      name: 'names-of-modules-say-what-they-hold',
      comment: 'The same for what nothing imports yet.',
      severity: 'error',
      from: { orphan: true, path: misnomers },
      to: {},
    },
    {
      name: 'imports-resolve',
      comment: 'An import that this tool cannot follow would slip past every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|[.]bootstrap|coverage)/' },
    // Imports of types count as well.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      // `source` leads `#name` to the TypeScript of libs/name, as in package.json.
      conditionNames: ['source', 'import', 'require', 'node', 'types', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.mts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
