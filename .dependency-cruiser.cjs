// What may import what. test/architecture plants a violation of each rule and sees it reported.
const { existsSync, readFileSync, readdirSync } = require('node:fs')
const ts = require('typescript')

const FEATURES = 'src/features'
const CLIENT = String.raw`^client/src/index\.ts$`
const TEST = String.raw`\.test\.ts$`

/** Files that something else than an import starts: a command, Node's test runner, a worker or a child process. */
const ENTRY_POINTS = [
  String.raw`^src/main\.ts$`,
  String.raw`^src/.*-process\.ts$`,
  String.raw`^test/(run|lint-openapi|(soak|torture|fuzz|cluster)/run)\.ts$`,
  String.raw`^bench/run\.ts$`,
  String.raw`^client/(generate|build)\.ts$`,
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
      from: { path: `^${FEATURES}/${name}/` },
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
    ...sees('features-see-kernel-and-features', '^src/features/', [
      '^src/kernel/',
      '^src/features/',
      // The typed client, by its name: what is published imports what is published.
      CLIENT,
    ]),
    ...sees('client-stands-alone', '^client/src/', ['^client/src/']),
    ...sees('examples-see-the-client', '^examples/', [CLIENT]),
    ...sees('surfaces-see-the-list', '^src/surfaces/', [
      '^src/surfaces/',
      '^src/kernel/',
      String.raw`^src/features/index\.ts$`,
      // The command line starts and stops the embedded database.
      String.raw`^src/embedded/index\.ts$`,
    ]),
    ...onlyEarlierFeatures(),
    {
      name: 'feature-front-door',
      comment: 'Another feature is used through its index.ts',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/', pathNot: '^src/features/[^/]+/ui/' },
      to: {
        path: '^src/features/[^/]+/',
        pathNot: ['^src/features/$1/', String.raw`^src/features/[^/]+/index\.ts$`],
      },
    },
    {
      name: 'feature-front-door-of-screens',
      comment: 'A screen uses another feature through its index.ts, or its browser-safe schema.ts',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/ui/' },
      to: {
        path: '^src/features/[^/]+/',
        pathNot: ['^src/features/$1/', String.raw`^src/features/[^/]+/(index|schema)\.ts$`],
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
      from: { path: '^(bin|client/src|src)/', pathNot: TEST },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'packages-are-declared',
      comment: 'A package that package.json does not name is there by luck',
      severity: 'error',
      from: {},
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
      from: { orphan: true, pathNot: ENTRY_POINTS },
      to: {},
    },
    {
      name: 'no-dead-module',
      comment: 'No entry point leads to it',
      severity: 'error',
      from: { path: ENTRY_POINTS },
      to: { path: '^(client/src|src)/', pathNot: ENTRY_POINTS, reachable: false },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Imports of types alone are imports.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
