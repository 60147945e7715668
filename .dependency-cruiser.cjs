// What may import what. test/architecture plants a violation of each rule and sees it reported.
const { existsSync, readFileSync, readdirSync } = require('node:fs')
const ts = require('typescript')

const FEATURES = 'src/features'
const CLIENT = String.raw`^client/src/index\.ts$`
/** The client's rules of what is sent again, which the command line has in common with it. */
const SENDING = String.raw`^client/src/sending\.ts$`
const TEST = String.raw`\.test\.ts$`
/** What runs in a browser: the web app's shell and kit, and the features' screens. */
const BROWSER = ['^src/web/', '^src/features/[^/]+/ui/']
/** What a browser may load of everything else: schemas, and what they are made of. */
const SCHEMA = String.raw`^src/features/[^/]+/schema\.ts$`
const BROWSER_SAFE_KERNEL = String.raw`^src/kernel/(characters|ids|page|time)\.ts$`

/** Files that something else than an import starts: a command, Node's test runner, a worker or a child process. */
const ENTRY_POINTS = [
  String.raw`^src/main\.ts$`,
  String.raw`^src/.*-process\.ts$`,
  String.raw`^test/(run|no-warnings|lint-openapi|(soak|torture|fuzz|cluster|screenshots)/run)\.ts$`,
  String.raw`^bench/run\.ts$`,
  String.raw`^client/(generate|build)\.ts$`,
  String.raw`^src/web/main\.tsx$`,
  String.raw`^src/features/[^/]+/ui/.*-worker\.ts$`,
  String.raw`^examples/[^/]+\.ts$`,
  TEST,
]

/**
 * The features' folders, lowest first: the order of the elements of the array that src/features/index.ts exports, by
 * the files that their names are imported from. A feature that is not in it has no place in the order yet.
 */
function featureOrder() {
  const index = `${FEATURES}/index.ts`
  if (!existsSync(index)) return []
  const source = ts.createSourceFile(index, readFileSync(index, 'utf8'), ts.ScriptTarget.Latest)
  const folderOf = new Map()
  const order = []
  const visit = (node) => {
    if (ts.isArrayLiteralExpression(node)) {
      for (const element of node.elements) {
        if (!ts.isIdentifier(element) || !folderOf.has(element.text)) {
          throw new Error(
            `${index}: the array of features holds "${element.getText(source)}", which is no import of it`,
          )
        }
        order.push(folderOf.get(element.text))
      }
    } else ts.forEachChild(node, visit)
  }
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const folder = /^\.\/([^/]+)\/index\.ts$/.exec(statement.moduleSpecifier.text)?.[1]
      const { name, namedBindings } = statement.importClause ?? {}
      if (folder && name) folderOf.set(name.text, folder)
      if (folder && namedBindings && ts.isNamedImports(namedBindings)) {
        for (const binding of namedBindings.elements) folderOf.set(binding.name.text, folder)
      }
    } else if (statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) visit(statement)
  }
  return order
}

/** One rule a feature: of the other features it sees only those that stand before it. */
function onlyEarlierFeatures() {
  if (!existsSync(FEATURES)) return []
  const order = featureOrder()
  const folders = readdirSync(FEATURES, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.map(({ name }) => {
    const seen = [...order.slice(0, Math.max(order.indexOf(name), 0)), name]
    return {
      name: `feature-order-${name}`,
      severity: 'error',
      comment: `${name} may import only the features before it in ${FEATURES}/index.ts: ${seen.slice(0, -1).join(', ') || 'none'}`,
      from: { path: `^${FEATURES}/${name}/`, pathNot: BROWSER },
      to: { path: `^${FEATURES}/[^/]+/`, pathNot: `^${FEATURES}/(${seen.join('|')})/` },
    }
  })
}

/** `what` sees, of our own folders, only `visible`; its tests see the harness as well. */
function sees(name, what, visible) {
  const ours = '^(bin|client|examples|src|test)/'
  return [
    {
      name,
      severity: 'error',
      from: { path: what, pathNot: TEST },
      to: { path: ours, pathNot: visible },
    },
    {
      name: `${name}-tests`,
      severity: 'error',
      from: { path: `${what}.*${TEST}` },
      to: { path: ours, pathNot: [...visible, '^test/'] },
    },
  ]
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...sees('kernel-stands-alone', '^src/kernel/', ['^src/kernel/']),
    ...sees('embedded-stands-alone', '^src/embedded/', ['^src/embedded/']),
    ...sees('client-stands-alone', '^client/src/', ['^client/src/']),
    ...sees('examples-see-the-client', '^examples/', [CLIENT]),
    ...sees('features-see-kernel-and-features', '^src/features/(?![^/]+/ui/)', [
      '^src/kernel/',
      '^src/features/(?![^/]+/ui/)',
      // The typed client, by its name: what is published imports what is published.
      CLIENT,
    ]),
    {
      name: 'screens-see-kit-and-schemas',
      comment:
        "A screen uses its own folder, its feature's picture/ (pure), the kit, and the schemas of any feature; of the server nothing else",
      severity: 'error',
      from: { path: '^src/features/([^/]+)/ui/', pathNot: TEST },
      to: {
        path: '^(bin|client|examples|src|test)/',
        pathNot: ['^src/features/$1/(ui|picture)/', '^src/web/kit/', SCHEMA],
      },
    },
    {
      name: 'web-sees-screens-and-schemas',
      comment: 'The shell gets screens from the features by src/web/screens.ts alone',
      severity: 'error',
      from: { path: '^src/web/', pathNot: [String.raw`^src/web/screens\.ts$`, TEST] },
      to: { path: '^(bin|client|examples|src|test)/', pathNot: ['^src/web/', SCHEMA] },
    },
    {
      name: 'screens-by-their-front-door',
      severity: 'error',
      from: { path: String.raw`^src/web/screens\.ts$` },
      to: {
        path: '^(bin|client|examples|src|test)/',
        pathNot: ['^src/web/kit/', String.raw`^src/features/[^/]+/ui/index\.ts$`],
      },
    },
    {
      name: 'kit-knows-no-shell',
      severity: 'error',
      from: { path: '^src/web/kit/' },
      to: { path: ['^src/web/shell/', String.raw`^src/web/screens\.ts$`] },
    },
    {
      name: 'schemas-run-in-browsers',
      comment: 'A schema.ts may use zod, schemas, and kernel modules without Node in them',
      severity: 'error',
      from: { path: SCHEMA },
      to: { pathNot: [SCHEMA, BROWSER_SAFE_KERNEL, '^node_modules/zod/'] },
    },
    {
      name: 'kernel-that-runs-in-browsers',
      severity: 'error',
      from: { path: BROWSER_SAFE_KERNEL },
      to: { pathNot: [BROWSER_SAFE_KERNEL, '^node_modules/(zod|uuid)/'] },
    },
    {
      name: 'no-node-in-browsers',
      severity: 'error',
      from: { path: BROWSER, pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
    ...sees('surfaces-see-the-list', '^src/surfaces/', [
      '^src/surfaces/',
      '^src/kernel/',
      String.raw`^src/features/index\.ts$`,
      // The command line starts and stops the embedded database.
      String.raw`^src/embedded/index\.ts$`,
      SENDING,
    ]),
    ...onlyEarlierFeatures(),
    {
      name: 'feature-front-door',
      comment: 'Another feature is used through its index.ts; its schema by schemas alone',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/', pathNot: ['^src/features/[^/]+/ui/', SCHEMA] },
      to: {
        path: '^src/features/[^/]+/',
        pathNot: ['^src/features/$1/', String.raw`^src/features/[^/]+/index\.ts$`],
      },
    },
    {
      name: 'feature-list-is-a-list',
      comment: 'src/features/index.ts names the features, by their front doors, and does nothing else',
      severity: 'error',
      from: { path: String.raw`^src/features/index\.ts$` },
      to: {
        path: '^(bin|client|examples|src|test)/',
        pathNot: ['^src/kernel/', String.raw`^src/features/[^/]+/index\.ts$`],
      },
    },
    {
      name: 'no-cycle',
      comment: 'Types count, too',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-vague-name',
      comment: 'A file is named by its subject',
      severity: 'error',
      from: {},
      to: { path: '/(utils?|helpers?|common|types|misc)[./]', pathNot: 'node_modules' },
    },
    {
      name: 'no-tests-in-production',
      severity: 'error',
      from: { path: '^(bin|client/src|src)/', pathNot: TEST },
      to: { path: ['^test/', TEST] },
    },
    {
      name: 'no-development-package-in-production',
      severity: 'error',
      // What the web app is made of is in its build.
      from: { path: '^(bin|client/src|src)/', pathNot: [TEST, ...BROWSER] },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'packages-are-declared',
      comment: 'A package that package.json does not name is there by luck',
      severity: 'error',
      // What makes and tries the client uses the packages of the whole; its own manifest is for what is published.
      from: { pathNot: String.raw`^client/([^/]+|src/.*\.test)\.ts$` },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'imports-resolve',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-orphan',
      comment: 'Nothing imports it and it imports nothing: dead, or an entry point that is missing above',
      severity: 'error',
      from: { orphan: true, pathNot: [...ENTRY_POINTS, String.raw`\.(css|svg)$`] },
      to: {},
    },
    {
      name: 'no-dead-module',
      comment: 'No entry point leads to it',
      severity: 'error',
      from: { path: ENTRY_POINTS },
      to: {
        path: '^(client/src|src)/',
        pathNot: [...ENTRY_POINTS, String.raw`\.(css|svg)$`],
        reachable: false,
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // What is built of the client is no source.
    exclude: { path: '^client/dist/' },
    // Imports of types alone are imports.
    tsPreCompilationDeps: true,
    extraExtensionsToScan: ['.css', '.svg'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.css', '.svg'],
    },
  },
}
