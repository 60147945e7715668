/** Why the embedded database cannot be used. The message is one sentence that says what to do; never a password. */
export class EmbeddedPostgresError extends Error {
  override name = 'EmbeddedPostgresError'
}

/** The words of whatever was thrown, for use within a sentence. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The system's code of a failed call (`ENOENT`, `EACCES`, …) or a server's SQLSTATE; undefined when there is none. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
