import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { createServerRunner } from './server-runner.ts'

const bin = fileURLToPath(new URL('../../bin/woolgather.js', import.meta.url))
const serverEntry = fileURLToPath(new URL('../../../server/bin/main.js', import.meta.url))

const workflow: Workflow = {
  format: 'woolgather',
  version: 1,
  name: 'hello',
  nodes: {
    who: { type: 'api/input', inputs: { name: 'who', value: 'world' } },
    text: {
      type: 'text/template',
      inputs: { template: 'Hello {{who}}!' },
      links: { who: ['who', 'value'] },
    },
    out: { type: 'api/output', inputs: { name: 'greeting' }, links: { value: ['text', 'text'] } },
  },
}

async function startServer(folder: string, token: string): Promise<{ child: ChildProcess; url: string }> {
  const args = ['--port', '0', '--data', folder, '--output', folder, '--cpu']
  const child = spawn(process.execPath, [serverEntry, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, WOOLGATHER_TOKEN: token },
  })
  const url = await new Promise<string>((resolve) =>
    child.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(/^\S+/.exec(text)?.[0] ?? '')),
  )
  return { child, url }
}

function call(args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text))
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })))
}

test('run and batch work on a server as they do without one [R70]', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-cli-'))
  const at = (name: string): string => path.join(folder, name)
  writeFileSync(at('workflow.json'), JSON.stringify(workflow))
  writeFileSync(at('rows.csv'), 'who\nAda\nBob\n')
  const { child, url } = await startServer(at('data'), 'a-long-enough-token')
  try {
    const ran = await call(['run', at('workflow.json'), '--set', 'who.value=Zoe', '--server', url])
    expect([ran.code, ran.stdout]).toEqual([0, 'Hello Zoe!\n'])
    const batch = ['batch', at('workflow.json'), '--rows', at('rows.csv'), '--out', at('out.jsonl')]
    expect((await call([...batch, '--server', url])).code).toBe(0)
    expect(
      readFileSync(at('out.jsonl'), 'utf8').replaceAll(/"rowHash":"[0-9a-f]{12}",?/g, '"rowHash",'),
    ).toBe(
      `{"row":0,"status":"completed","inputs":{"who":"Ada"},"outputs":{"greeting":"Hello Ada!"},"rowHash","workflow":${JSON.stringify(workflow)}}\n` +
        '{"row":1,"status":"completed","inputs":{"who":"Bob"},"outputs":{"greeting":"Hello Bob!"},"rowHash",}\n',
    )
    const refused = await call(['run', at('workflow.json'), '--server', new URL(url).origin])
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/needs a token.*WOOLGATHER_TOKEN/),
    ])
  } finally {
    child.kill('SIGTERM')
  }
  const gone = await call(['run', at('workflow.json'), '--server', 'http://127.0.0.1:1'])
  expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining('There is no answer from')])
})

test('another program at the address is told from a server', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-cli-'))
  const file = path.join(folder, 'workflow.json')
  writeFileSync(file, JSON.stringify(workflow))
  await using other = createServer((_, response) => response.writeHead(404).end('Not here'))
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const { code, stderr } = await call(['run', file, '--server', `http://127.0.0.1:${port}`])
  expect([code, stderr]).toEqual([2, expect.stringMatching(/answered 404, not as Woolgather does.*port/)])
})

test('a run whose answer was lost is submitted again under its key, and another under another [R114]', async () => {
  const keys: unknown[] = []
  await using server = createServer((request, response) => {
    const answer = (body: object): void => void response.end(JSON.stringify(body))
    request.resume().once('end', () => {
      if (request.url === '/api/runs/events') {
        const end = { type: 'run.finished', status: 'completed', run: 'one', seq: 0, time: 0 }
        return answer({ runs: [{ run: 'one', events: [end] }] })
      }
      if (keys.push(request.headers['idempotency-key']) === 1) request.socket.destroy()
      else answer({ runs: [{ run: 'one' }] })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const runner = createServerRunner(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const run = () => runner.run({ run: 'one', workflow, onEvents: () => {} })
  expect(await run()).toBe('completed')
  expect(await run()).toBe('completed')
  const [first, again, other] = keys
  expect([again, keys.length]).toEqual([first, 3])
  expect(other).not.toBe(first)
  await runner.close()
  server.closeAllConnections()
})
