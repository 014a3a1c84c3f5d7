import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

// turbo sends what it is used for to its makers otherwise.
process.env.TURBO_TELEMETRY_DISABLED ??= '1'

/** Runs a command in the project's root, its output shown. Ends this process with its exit code if it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

/** Whether a command ends well; its output is not shown. */
export function succeeds(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: 'ignore' }).status === 0
}

/** Runs a command, and resolves with its exit code; Ctrl-C is left for it to handle. */
export function runUntilExit(command, args, options = {}) {
  process.on('SIGINT', () => {})
  return new Promise((resolve, reject) => {
    const env = { ...process.env, WOOLGATHER_PARENT: String(process.pid) }
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env, ...options })
    whenNpmIsGone(() => child.kill('SIGTERM'))
    process.on('SIGTERM', () => child.kill('SIGTERM'))
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}

/** Between npm and what it starts is a shell, which stays when npm is killed: on Linux it then has another parent. */
function whenNpmIsGone(leave) {
  const npm = parentOf(process.ppid)
  if (npm === undefined || !nameOf(npm).startsWith('npm')) return
  const looking = setInterval(() => {
    if (parentOf(process.ppid) === npm) return
    clearInterval(looking)
    leave()
  }, 1_000)
  looking.unref()
}

function parentOf(pid) {
  return /^PPid:\s+(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1]
}

function nameOf(pid) {
  return read(`/proc/${pid}/comm`)
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
