/**
 * What the server answers beside the routes. Each has a contract of its own, which says all that a client needs; as a path of
 * the OpenAPI document it would be a call without a meaning in every client that is made from that.
 */
export const OTHER_DOORS =
  '`/graphql` has the same operations, and its schema by introspection; `/mcp` has the tools of agents (Model Context ' +
  'Protocol, streamable HTTP), and lists them by `tools/list`; the WebSockets are in `/asyncapi.json`. The keys are the same.'
