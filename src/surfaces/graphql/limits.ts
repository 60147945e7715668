/**
 * How much one request may ask for. An agent's query has a few dozen fields; the whole introspection that tools send has
 * about 200, 14 deep.
 */
export const LIMITS = {
  /** Characters of a query's text, and words and signs in it. */
  queryCharacters: 32_768,
  tokens: 2_000,
  /** Levels of fields. */
  depth: 15,
  aliases: 50,
  /** Fields, each fragment counted wherever it is spread. */
  fields: 500,
  /** Queries or mutations in one request: each is an operation. */
  rootFields: 20,
  /** `__schema` and `__type` of one request. */
  introspections: 3,
  /** Things that the lists of a query may bring together, by their limits, before anything is read. */
  things: 10_000,
  /** What a list is taken for whose length nobody can say before. */
  listLength: 50,
  /** Things and bytes that one request may really read. */
  readThings: 20_000,
  readBytes: 64 * 1024 * 1024,
  /** Rows that a relation asks for in one statement. */
  rowsAStatement: 1_000,
  /** Connections of the database that one request uses at once. */
  connections: 3,
} as const
