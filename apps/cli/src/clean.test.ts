import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runHere } from './testing/run-here.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'woolgather-clean-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const clean = (keep: string) => runHere(['clean', '--keep', keep, '--data', folder])

test('a history that no server holds is cleaned without one; one that a server holds is left alone, and that is named', async () => {
  const entry = new URL('../../server/bin/main.js', import.meta.url).pathname
  const server = spawn(
    process.execPath,
    [entry, '--port', '0', '--cpu', '--data', folder, '--output', folder],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const [printed] = (await once(server.stdout.setEncoding('utf8'), 'data')) as [string]
  const url = /http:\/\/[^\s/]+/.exec(printed)?.[0]
  const nodes = { text: { type: 'text/template', inputs: { template: 'x' } } }
  const workflow = { format: 'woolgather', version: 1, name: 'one', nodes }
  const answer = await fetch(`${url}/api/runs?wait=60`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ workflow }),
  })
  expect(await answer.json()).toMatchObject({ status: 'completed' })
  const held = await clean('1h')
  expect(held).toMatchObject({ code: 1, stderr: expect.stringContaining(`process ${server.pid}`) })
  const ended = once(server, 'exit')
  server.kill('SIGTERM')
  await ended
  expect(await clean('1d')).toMatchObject({ code: 0, stdout: '0 runs are forgotten.\n' })
  expect(await clean('1KiB')).toMatchObject({ code: 0, stdout: '1 run is forgotten.\n' })
})

test('where there is no history nothing is made', async () => {
  expect(await clean('30d')).toMatchObject({ code: 0, stdout: '0 runs are forgotten.\n' })
  expect(readdirSync(folder)).toEqual([])
})
