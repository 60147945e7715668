import { spawn } from 'node:child_process'
import { parse } from 'node:path'

/** The system user that a program runs as. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** How a program ended. `code` is null after a signal; `output` is what it wrote on both streams. */
export interface Ended {
  code: number | null
  output: string
}

/**
 * What PostgreSQL's programs get of our environment. Nothing of ours is their business (keys, `PG…` defaults), and a
 * locale from outside would decide messages and, on macOS, whether the server starts at all.
 */
export function programEnvironment(): NodeJS.ProcessEnv {
  const kept = [
    'PATH',
    'LD_LIBRARY_PATH',
    'SystemRoot',
    'SystemDrive',
    'ComSpec',
    'PATHEXT',
    'TEMP',
    'TMP',
    'TZDIR',
  ]
  return {
    ...Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
    LC_ALL: 'C',
    TZ: 'UTC',
  }
}

/**
 * Runs a program to its end, as `account` where one is given.
 * @throws the system's error when it cannot be started (`ENOENT`, `EACCES`, `EPERM`)
 */
export function runProgram(file: string, args: readonly string[], account?: Account): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      ...(account ? { uid: account.uid, gid: account.gid } : {}),
      // Ours may be a directory that the account cannot enter, and programs complain of that.
      cwd: parse(process.execPath).root,
      env: programEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => void (output += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
