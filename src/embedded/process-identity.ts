import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { codeOf } from './error.ts'
import { runProgram } from './program.ts'

/**
 * What tells a running process from a later one with the same pid: its start time where /proc has it, else just that
 * it runs. Undefined when it does not run; a zombie does not.
 */
export function identityOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it runs, as another user.
    if (codeOf(error) !== 'EPERM') return undefined
  }
  if (!existsSync('/proc/self/stat')) return 'running'
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name, in parentheses, may itself hold spaces and parentheses. See proc_pid_stat(5).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, startTime] = [fields[0], fields[19]]
    return state === 'Z' || state === 'X' ? undefined : startTime
  } catch {
    return undefined
  }
}

/** Whether a process with this pid runs. */
export const isRunning = (pid: number): boolean => identityOf(pid) !== undefined

/**
 * Whether this pid is the PostgreSQL server of the cluster in `cluster`, as `postgres -D cluster …`, and not another
 * program that got the pid of a server long dead.
 */
export async function servesCluster(pid: number, cluster: string): Promise<boolean> {
  if (!isRunning(pid)) return false
  if (process.platform === 'linux') {
    // Not /proc/…/cwd, which a container's root may not read of another user's process.
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
    return words.includes('-D') && words[words.indexOf('-D') + 1] === cluster
  }
  if (process.platform === 'win32') {
    const { output } = await runProgram('tasklist', ['/FI', `PID eq ${pid}`, '/NH'])
    return output.includes('postgres.exe')
  }
  const { output } = await runProgram('ps', ['-ww', '-o', 'command=', '-p', String(pid)])
  return output.includes(` -D ${cluster} `)
}
