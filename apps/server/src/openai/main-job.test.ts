import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Workflow, WorkflowNode } from '@woolgather/workflow'
import OpenAI from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { slowMatrix, writeSlowNodes } from '../testing/slow-nodes.ts'
import { startTestServer, until, type TestServer } from '../testing/start-test-server.ts'

/*
 * What programs do with a served workflow, all of it on one server: OpenAI's own client, a proxy that gives up on what
 * says nothing, and a disk that fills up meanwhile. WOOLGATHER_TEST_MODEL names another model than the shipped one, and
 * WOOLGATHER_TEST_TEMPLATE its format of turns where it has none of its own.
 */

const isFull = process.env['WOOLGATHER_TEST_FULL'] === '1'
const mayMount = process.platform === 'linux' && process.getuid?.() === 0
const shipped = new URL('../../../../models/demo/storyteller.gguf', import.meta.url).pathname
const model = process.env['WOOLGATHER_TEST_MODEL'] ?? shipped
const template = process.env['WOOLGATHER_TEST_TEMPLATE'] ?? 'auto'
const workerEntry = createRequire(import.meta.url).resolve('@woolgather/worker/main')

const chat = (more: Workflow['nodes'] = {}, links: WorkflowNode['links'] = {}): Workflow => ({
  format: 'woolgather',
  version: 1,
  name: 'chat',
  nodes: {
    model: { type: 'loading/model', inputs: { file: path.basename(model) } },
    messages: { type: 'api/input', inputs: { name: 'messages', value: [] } },
    answer: {
      type: 'generation/generate',
      inputs: { seed: 7, maxTokens: 40, template },
      links: { model: ['model', 'model'], messages: ['messages', 'value'], ...links },
    },
    out: { type: 'api/output', links: { value: ['answer', 'text'] } },
    ...more,
  },
})

/** An answer that is long whatever the model. */
const letters: Workflow['nodes'] = {
  letters: { type: 'steering/regex', inputs: { pattern: '[a-z ]{20000}' } },
}

/** The client's functions, told back as they came. */
const tools: Workflow['nodes'] = {
  tools: { type: 'api/input', inputs: { name: 'tools', value: [] } },
  out: { type: 'api/output', links: { value: ['tools', 'value'] } },
}

const messages: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'user', content: 'Tell me a story about the sea.' },
]
const ask = { model: 'chat', messages, max_tokens: 40 }

/** Milliseconds of silence after which the proxy gives a connection up, as nginx does after a minute. */
const proxyPatience = 1_000

/** Milliseconds after which a stream that has nothing to say sends a comment. */
const silence = { first: 50, next: 50 }

/** A proxy in front of a server that cuts what says nothing for too long. */
async function startProxy(target: string) {
  let cuts = 0
  let pieces = 0
  const server = createServer((asked, answer) => {
    const upstream = request(
      new URL(asked.url ?? '/', target),
      { method: asked.method, headers: asked.headers },
      (given) => {
        answer.writeHead(given.statusCode ?? 502, given.headers)
        given.on('data', (bytes: Buffer) => {
          watch.refresh()
          pieces++
          answer.write(bytes)
        })
        given.on('end', () => answer.end())
        given.on('error', () => answer.destroy())
      },
    )
    const watch = setTimeout(() => {
      cuts++
      answer.destroy()
      upstream.destroy()
    }, proxyPatience)
    upstream.on('error', () => answer.destroy())
    answer.on('close', () => clearTimeout(watch))
    asked.pipe(upstream)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: () => cuts,
    /** That came through, comments too. */
    pieces: () => pieces,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const clientOf = (url: string): OpenAI => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 })

describe.skipIf(!isFull)('a served workflow, as programs use it', () => {
  const slow = writeSlowNodes()
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-main-job-'))
  const models = path.dirname(model)
  const disk = path.join(folder, 'disk')
  const filler = path.join(disk, 'filler')
  let server: TestServer
  let client: OpenAI

  beforeAll(async () => {
    mkdirSync(disk)
    if (mayMount) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk])
    server = await startTestServer({
      folder: disk,
      models: [models],
      nodes: [slow.folder],
      descriptions: undefined,
      workerEntry,
      workerEnv: { WOOLGATHER_GPU: 'cpu' },
      parallelRuns: 1,
      silence,
      folders: {
        models: [models],
        output: path.join(folder, 'output'),
        data: path.join(disk, 'data'),
        nodes: [slow.folder],
      },
    })
    client = clientOf(server.url)
    const saved = {
      chat: chat(),
      tooled: chat(tools),
      endless: chat(letters, { constraint: ['letters', 'constraint'] }),
    }
    for (const [id, workflow] of Object.entries(saved)) {
      await server.connect().ask('saveWorkflow', { id, body: { workflow } })
    }
  })
  afterAll(async () => {
    slow.letGo()
    await server.close()
    if (mayMount) execFileSync('umount', ['-l', disk])
    rmSync(folder, { recursive: true, force: true })
  })

  const healthOf = () => server.connect().ask('health')

  test('stop, schemas and JSON are kept to, and tokens are counted', async () => {
    const plain = await client.chat.completions.create(ask)
    expect(plain.usage?.completion_tokens).toBeGreaterThan(0)
    expect(plain.usage?.prompt_tokens).toBeGreaterThan(5)
    const stopped = await client.chat.completions.create({ ...ask, stop: ['e'] })
    expect(stopped.choices[0]?.message.content).not.toContain('e')
    const schema = z.object({ label: z.enum(['sea', 'land']), sure: z.boolean() })
    const labelled = await client.chat.completions.parse({
      ...ask,
      max_tokens: 200,
      response_format: zodResponseFormat(schema, 'label'),
    })
    expect(schema.parse(labelled.choices[0]?.message.parsed)).toBeTruthy()
    const json = await client.chat.completions.create({
      ...ask,
      max_tokens: 400,
      response_format: { type: 'json_object' },
    })
    expect(JSON.parse(json.choices[0]?.message.content ?? '')).toBeTypeOf('object')
  })

  test('tools go to an input of that name, and are refused where there is none', async () => {
    const tool = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } } as const
    await expect(client.chat.completions.create({ ...ask, tools: [tool] })).rejects.toMatchObject({
      status: 400,
      param: 'tools',
    })
    const told = await client.chat.completions.create({ model: 'tooled', messages, tools: [tool] })
    expect(JSON.parse(told.choices[0]?.message.content ?? '')).toEqual([tool])
  })

  test('a stream that has to wait outlasts a proxy that cuts what is silent, and tells its usage', async () => {
    await using proxy = await startProxy(server.url)
    // What is silent is cut: an answer that is no stream says nothing while it waits.
    const holds = await server.connect().ask('submitRun', { body: { workflow: slowMatrix(1, 1, -1) } })
    await expect(clientOf(proxy.url).chat.completions.create(ask)).rejects.toThrow(OpenAI.APIConnectionError)
    expect(proxy.cuts()).toBe(1)
    const stream = clientOf(proxy.url).chat.completions.stream({
      ...ask,
      stream_options: { include_usage: true },
    })
    let over = false
    const whole = stream.finalChatCompletion().finally(() => (over = true))
    // So many comments take three times what the proxy bears of silence.
    const before = proxy.pieces()
    await until(() => over || proxy.pieces() - before >= (3 * proxyPatience) / silence.next)
    expect(over).toBe(false)
    slow.letGo()
    const answer = await whole
    expect(answer.choices[0]?.message.content?.length).toBeGreaterThan(0)
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0)
    expect(proxy.cuts()).toBe(1)
    expect('run' in holds && holds.run).toBeTruthy()
  })

  const fill = (): void => {
    const file = openSync(filler, 'a')
    try {
      while (writeSync(file, Buffer.alloc(4_096)) > 0);
    } catch {
      // full
    }
    closeSync(file)
  }

  test.skipIf(!mayMount)(
    'while the disk of its data is full clients are told so, and it goes on when there is room (root on Linux)',
    async () => {
      const stream = await client.chat.completions.create({
        ...ask,
        model: 'endless',
        max_tokens: 4_000,
        stream: true,
      })
      const pieces: string[] = []
      const read = async (): Promise<void> => {
        for await (const chunk of stream) {
          pieces.push(chunk.choices[0]?.delta.content ?? '')
          if (pieces.length === 3) fill()
        }
      }
      await expect(read()).rejects.toMatchObject({ code: 'disk-full' })
      expect(pieces.length).toBeGreaterThanOrEqual(3)
      const long = [
        { role: 'user', content: `Tell me of the sea. ${'Wave after wave. '.repeat(2_000)}` } as const,
      ]
      await expect(client.chat.completions.create({ ...ask, messages: long })).rejects.toMatchObject({
        status: 507,
        code: 'disk-full',
      })
      expect(await healthOf()).toMatchObject({ status: 'impaired', error: { code: 'disk-full' } })
      rmSync(filler)
      await until(async () => (await healthOf()).status === 'ok')
      const again = await client.chat.completions.create(ask)
      expect(again.choices[0]?.message.content?.length).toBeGreaterThan(0)
      const { runs } = await server.connect().ask('runs', { query: { status: 'failed', limit: 10 } })
      expect(runs.map(({ name }) => name)).toContain('chat')
    },
  )
})
