import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createScratch, root } from './scratch.ts'
import { readUrl } from './server.ts'

const answers = (url: string): Promise<boolean> =>
  fetch(new URL('/health', url)).then(
    () => true,
    () => false,
  )

/** As `npm start` starts it, but for what is built. */
const script = `
  import { runUntilExit } from './scripts/run.mjs'
  const [data] = process.argv.slice(1)
  await runUntilExit(process.execPath, ['apps/cli/bin/woolgather.js', 'serve', '--port', '0', '--data', data])`

/** A program called npm with a shell between it and the script. */
const npm = `
  import { spawn } from 'node:child_process'
import { once } from 'node:events'
  process.title = 'npm start'
  const [data, script] = process.argv.slice(1)
  const node = '"$0" --input-type=module --eval "$1" "$2"; exit'
  spawn('sh', ['-c', node, process.execPath, script, data], { stdio: 'inherit' })`

test.each([
  { killed: 'the script', code: script },
  ...(process.platform === 'linux' ? [{ killed: 'npm', code: npm }] : []),
])('when $killed is killed, nothing that `npm start` started goes on', async ({ code }) => {
  await using scratch = await createScratch()
  const started = spawn(
    process.execPath,
    ['--input-type=module', '--eval', code, scratch.path('data'), script],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const url = await readUrl(started)
  expect(await answers(url)).toBe(true)
  // All that write to its output have ended.
  const ended = once(started, 'close')
  started.kill('SIGKILL')
  await ended
  expect(await answers(url)).toBe(false)
})
