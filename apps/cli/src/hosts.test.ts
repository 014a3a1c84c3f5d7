import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { startModelServer, type ModelServer } from '@woolgather/files/testing/model-server'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { runHere } from './testing/run-here.ts'

const content = readFileSync(new URL('../../../models/demo/storyteller.gguf', import.meta.url))

let models: ModelServer
let folder: string
beforeAll(async () => {
  models = await startModelServer()
  models.files.set('/far/model.gguf', { content })
  models.files.set('/far/other.gguf', { content })
})
afterAll(() => models[Symbol.asyncDispose]())
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'woolgather-hosts-'))
  models.requests.length = 0
})
afterEach(() => rmSync(folder, { recursive: true }))

const hostOf = ({ url }: ModelServer): string => new URL(url).host

/** `woolgather run` of a workflow whose model is far away. */
function runIt(more: string[] = [], confirm?: (question: string) => Promise<boolean>) {
  const file = path.join(folder, 'workflow.json')
  mkdirSync(path.join(folder, 'models'), { recursive: true })
  const model = { type: 'loading/model', inputs: { file: `${models.url}/far/model.gguf` } }
  writeFileSync(file, JSON.stringify({ format: 'woolgather', version: 1, name: 'far', nodes: { model } }))
  const folders = ['models', 'data', 'output'].flatMap((name) => [`--${name}`, path.join(folder, name)])
  return runHere(['run', file, '--cpu', ...(more.includes('--server') ? [] : folders), ...more], confirm)
}

test('without a terminal nothing is asked of a new host before --allow-host names it, once', async () => {
  const refused = await runIt()
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain(`Nothing was downloaded from ${hostOf(models)} yet.`)
  expect(refused.stderr).toContain(`--allow-host ${hostOf(models)}`)
  expect(models.requests).toEqual([])
  expect(await runIt(['--allow-host', hostOf(models)])).toMatchObject({ code: 0 })
  expect(models.requests.length).toBeGreaterThan(0)
  rmSync(path.join(folder, 'models'), { recursive: true })
  expect(await runIt()).toMatchObject({ code: 0 })
})

test('at a terminal the person is asked, once, and no is no', async () => {
  const questions: string[] = []
  const saying = (answer: boolean) => (question: string) => {
    questions.push(question)
    return Promise.resolve(answer)
  }
  expect(await runIt([], saying(false))).toMatchObject({ code: 2 })
  expect(models.requests).toEqual([])
  expect(await runIt([], saying(true))).toMatchObject({ code: 0 })
  expect(await runIt([], saying(false))).toMatchObject({ code: 0 })
  expect(questions).toEqual(Array(2).fill(`Nothing was downloaded from ${hostOf(models)} yet. Allow it?`))
})

/** `woolgather batch` of three rows that name models far away in a column; its results, where there are any. */
async function batchIt(more: string[] = [], confirm?: (question: string) => Promise<boolean>) {
  const [file, rows, out] = ['batch.json', 'rows.csv', 'out.jsonl'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string]
  mkdirSync(path.join(folder, 'models'), { recursive: true })
  const nodes = { model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } } }
  writeFileSync(file, JSON.stringify({ format: 'woolgather', version: 1, name: 'far', nodes }))
  const names = ['model', 'other', 'model'].map((name) => `${models.url}/far/${name}.gguf\n`)
  writeFileSync(rows, `model.file\n${names.join('')}`)
  const folders = ['models', 'data', 'output'].flatMap((name) => [`--${name}`, path.join(folder, name)])
  const where = more.includes('--server') ? [] : folders
  const told = await runHere(['batch', file, '--rows', rows, '--out', out, ...where, ...more], confirm)
  return {
    ...told,
    lines: existsSync(out) ? readFileSync(out, 'utf8').trim().split('\n').filter(Boolean) : [],
  }
}

const questionsOf = (text: string): number => text.split('Nothing was downloaded from').length - 1

test('hosts that stand in a column of a table are asked about before the first row, once for all rows', async () => {
  const refused = await batchIt()
  expect(refused).toMatchObject({ code: 2, lines: [] })
  expect(questionsOf(refused.stderr)).toBe(1)
  expect(models.requests).toEqual([])
  const questions: string[] = []
  const ask = (question: string) => Promise.resolve(questions.push(question) > 0)
  expect(await batchIt(['--overwrite'], ask)).toMatchObject({ code: 0, lines: { length: 3 } })
  expect(questions).toHaveLength(1)
})

test('a batch on a server stops where nobody allows a host, told once, and goes on where somebody does', async () => {
  await using server = await startServer()
  const there = ['--server', server.url]
  const refused = await batchIt(there)
  expect(refused).toMatchObject({ code: 1, lines: [] })
  expect(questionsOf(refused.stderr)).toBe(1)
  expect(models.requests).toEqual([])
  const questions: string[] = []
  const ask = (question: string) => Promise.resolve(questions.push(question) > 0)
  expect(await batchIt([...there, '--resume'], ask)).toMatchObject({ code: 0, lines: { length: 3 } })
  expect(questions).toHaveLength(1)
})

test('a run and each row of a batch tell the webhook that --webhook names, and the history how that stands', async () => {
  const heard: string[] = []
  await using receiver = await startReceiver((body) => heard.push(body))
  await using server = await startServer('--webhook', `ci=${receiver.url}`)
  const there = ['--server', server.url, '--allow-host', hostOf(models)]
  expect(await runIt([...there, '--webhook', 'ci'])).toMatchObject({ code: 0 })
  expect(await batchIt([...there, '--webhook', 'ci'])).toMatchObject({ code: 0 })
  await expect.poll(() => heard.length).toBe(4)
  const states = async () => {
    const answer = (await (await fetch(`${server.url}/api/runs`)).json()) as { runs: { webhook?: unknown }[] }
    return answer.runs.map(({ webhook }) => webhook)
  }
  await expect.poll(states).toEqual(Array(4).fill({ name: 'ci', state: 'delivered', attempts: 1 }))
  const unknown = await runIt([...there, '--webhook', 'cd'])
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toContain('This server has no webhook “cd”.')
  expect(await runIt(['--webhook', 'ci'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--server'),
  })
})

/** A server of this checkout in the folder of the test. */
async function startServer(...more: string[]): Promise<AsyncDisposable & { url: string }> {
  const entry = new URL('../../server/bin/main.js', import.meta.url).pathname
  const folders = ['models', 'data', 'output'].flatMap((name) => [`--${name}`, path.join(folder, name)])
  const child = spawn(process.execPath, [entry, '--port', '0', '--cpu', ...folders, ...more], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const url = await new Promise<string>((resolve) => {
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      const found = /http:\/\/[^\s/]+/.exec(printed)?.[0]
      if (found !== undefined) resolve(found)
    })
  })
  return {
    url,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function startReceiver(hear: (body: string) => void): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      hear(body)
      response.end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
