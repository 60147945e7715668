// Plain JavaScript for Node 18 and newer: this is the one part that runs on whatever Node the machine has.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The first Node that runs TypeScript without a flag and without a warning. */
const OLDEST_NODE = [24, 12]

const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * Marks the child of a wrapper. It is taken out of the environment before anything else looks there: the settings
 * refuse names that they do not know.
 */
const LAUNCHER_PID = 'CAIRN_LAUNCHER_PID'

/**
 * What a wrapper hands on. Its child leads a session of its own, so a terminal's Ctrl-C (which goes to the whole
 * foreground group) reaches the wrapper alone, and the child gets each signal once, wherever it came from.
 */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGWINCH', 'SIGCONT']

/**
 * Runs the program with this process's arguments: in this process where its Node is new enough, otherwise in a child
 * on the Node that came with the package, whose exit code or signal becomes this process's own. Exits with 2, after
 * one sentence on stderr, where neither will do.
 */
export async function launch() {
  const launcherPid = process.env[LAUNCHER_PID]
  delete process.env[LAUNCHER_PID]
  if (launcherPid) tieToLauncher()
  if (['start', 'npx'].includes(process.env.npm_lifecycle_event)) tieToShell()

  if (isRecent(process.versions.node)) await runHere()
  else if (launcherPid) refuse(`the Node that came with it is ${process.version}`)
  else runOnBundledNode()
}

function isRecent(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
}

/** A checkout runs its sources; the published package has none, since Node strips no types below node_modules. */
function entry() {
  const source = join(PACKAGE, 'src', 'main.ts')
  return existsSync(source) ? source : join(PACKAGE, 'dist', 'main.js')
}

async function runHere() {
  try {
    await import(pathToFileURL(entry()).href)
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error
    say(
      `${error.message}. The installation is not complete: npm ci, or installing the package again, mends it.`,
    )
    process.exit(2)
  }
}

function runOnBundledNode() {
  const node = bundledNode()
  if (!node) return refuse(`this is ${process.version}, and none came with the package (npm ci brings one)`)

  const windows = process.platform === 'win32'
  let child
  const forward = (signal) => void child?.kill(signal)
  if (windows) {
    // There a console's Ctrl-C goes to every process of it: this one only has to survive its own.
    process.on('SIGINT', () => {})
  } else {
    for (const signal of FORWARDED) process.on(signal, forward)
    process.on('SIGTSTP', () => {
      child?.kill('SIGSTOP')
      process.kill(process.pid, 'SIGSTOP')
    })
  }

  child = spawn(node, process.argv.slice(1), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: !windows,
    env: { ...process.env, [LAUNCHER_PID]: String(process.pid) },
  })
  child.on('error', (error) => {
    if (child.pid === undefined)
      refuse(`this is ${process.version}, and the one that came with it does not start here`)
    else throw error
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    // To die of the same signal is what tells a shell or a supervisor what happened.
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    setTimeout(() => process.exit(128 + constants.signals[signal]), 1000)
  })
}

function bundledNode() {
  const system = { linux: 'linux', win32: 'win', darwin: 'darwin' }[process.platform]
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${system}-${process.arch}/package.json`)
    const binary = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

/**
 * A wrapper that is killed outright forwards nothing, but its end of the channel closes. The program is then stopped
 * as by SIGTERM, so that no server lives on unseen with its port and its data directory.
 */
function tieToLauncher() {
  if (!process.connected) return terminate()
  process.once('disconnect', terminate)
  // A listener keeps the channel, and with it the program, alive: a finished command would never end.
  process.channel.unref()
}

/**
 * npm hands SIGTERM to the shell of `npm start` or npx alone, and that shell dies of it and leaves its child running.
 * A new parent is the one sign of it that the child gets.
 */
function tieToShell() {
  const shell = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(watch)
    terminate()
  }, 250)
  watch.unref()
}

function terminate() {
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(128 + constants.signals.SIGTERM)
}

function refuse(reason) {
  say(`Cairn needs Node ${OLDEST_NODE.join('.')} or newer: ${reason}.`)
  process.exit(2)
}

function say(sentence) {
  process.stderr.write(`cairn: ${sentence}\n`)
}
