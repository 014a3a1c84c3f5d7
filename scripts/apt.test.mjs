import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { isHeld, waitForLocks } from './apt.mjs'

/** Locks a file as dpkg and apt do, and lets it go when told to. */
const holder = `import fcntl, sys
file = open(sys.argv[1], 'w')
fcntl.lockf(file, fcntl.LOCK_EX)
print('held', flush=True)
sys.stdin.read()`

test.runIf(process.platform === 'linux')(
  'a lock that another program holds is waited for, and that is said once',
  async () => {
    const lock = path.join(mkdtempSync(path.join(tmpdir(), 'woolgather-lock-')), 'lock')
    writeFileSync(lock, '')
    expect([isHeld(lock), isHeld(`${lock}-none`)]).toEqual([false, false])
    const other = spawn('python3', ['-c', holder, lock], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(other.stdout, 'data')
    expect(isHeld(lock)).toBe(true)
    const said = []
    let free = false
    const waiting = waitForLocks([`${lock}-none`, lock], Infinity, (text) => said.push(text)).then(
      (waited) => (free = waited),
    )
    await expect.poll(() => said).toEqual([expect.stringContaining(lock)])
    expect(free).toBe(false)
    other.stdin.end()
    await waiting
    expect([free, isHeld(lock), said.length]).toEqual([true, false, 1])
    expect(await waitForLocks([lock], Infinity)).toBe(false)
  },
)
