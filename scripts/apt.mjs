import { readFileSync, statSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

/** Of which programs that install packages hold one at least. */
const aptLocks = [
  '/var/lib/dpkg/lock-frontend',
  '/var/lib/dpkg/lock',
  '/var/lib/apt/lists/lock',
  '/var/cache/apt/archives/lock',
]

/** Milliseconds to wait for other programs: unattended upgrades take as long. */
const patience = 30 * 60_000
const lookAgain = 1_000

/** Installs packages of Debian or Ubuntu, after whoever installs others at the moment. True where that was possible. */
export async function installPackages(...names) {
  await aptGet('update', '-q')
  return aptGet('install', '-y', '-q', '--no-install-recommends', ...names)
}

/** Again after whoever was in between: what apt-get can be told to wait for itself is one of the locks only. */
async function aptGet(...args) {
  const end = Date.now() + patience
  for (let attempts = 1; Date.now() < end; attempts++) {
    const { status } = spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (status === 0) return true
    const waited = await waitForLocks(aptLocks, end)
    // It may just have been let go of.
    if (!waited && attempts > 1) return false
  }
  return false
}

/** Resolves when nobody holds any of these files, or at the end. Says that it waits; true where it had to. */
export async function waitForLocks(files, end, say = console.log) {
  let waited = false
  for (; Date.now() < end; await delay(lookAgain)) {
    const held = files.find(isHeld)
    if (held === undefined) return waited
    if (!waited) say(`Another program is installing packages (it holds ${held}): waiting until it is done…`)
    waited = true
  }
  return waited
}

/** Whether a process has locked a file, as Linux tells it of all. Not there, or another system: no. */
export function isHeld(file) {
  try {
    const { ino } = statSync(file)
    const lines = readFileSync('/proc/locks', 'utf8').split('\n')
    return lines.some((line) => !line.includes('->') && line.includes(`:${ino} `))
  } catch {
    return false
  }
}
