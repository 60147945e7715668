import { createReadStream } from 'node:fs'
import { UsageError } from '../../kernel/command.ts'
import { SOURCE_LIMIT } from './schema.ts'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'you may not read it',
}

const refuse = (file: string, reason: string, cause?: unknown): UsageError =>
  new UsageError(`${file === '-' ? 'Standard input' : file} can't be imported: ${reason}.`, { cause })

/** UTF-16 is what some shells write when output is redirected into a file. */
const isUtf16 = (bytes: Buffer): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)

/** Reads a file, or standard input by `-`, as UTF-8. Throws UsageError. */
export async function readSourceFile(
  file: string,
  stdin: AsyncIterable<unknown> = process.stdin,
): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of file === '-' ? stdin : createReadStream(file)) {
      chunks.push(Buffer.from(chunk as Uint8Array))
      size += (chunk as Uint8Array).length
      if (size > SOURCE_LIMIT) throw refuse(file, 'it has more than 32 MiB; cut it into several files')
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code = '' } = error as NodeJS.ErrnoException
    throw refuse(file, REASONS[code] ?? (error as Error).message, error)
  }
  const bytes = Buffer.concat(chunks)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw refuse(file, isUtf16(bytes) ? 'it is UTF-16; save it as UTF-8' : 'it is not UTF-8 text', error)
  }
}
