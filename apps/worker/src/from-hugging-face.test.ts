import { createRegistry } from '@woolgather/engine'
import { createLlama, type LlamaRuntime } from '@woolgather/llama'
import { definitions } from '@woolgather/nodes/definitions'
import type { WorkerMessage } from '@woolgather/protocol'
import type { Json, RunEvent, WorkflowNode } from '@woolgather/workflow'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openLocalHost } from './local-host.ts'
import { startWorker, type Worker } from './worker.ts'

const fixtures = path.resolve('packages/weights/src/imports/fixtures')
const repositories: Readonly<Record<string, string>> = {
  'me/model': path.join(fixtures, 'llama/checkpoint'),
  'me/style': path.join(fixtures, 'adapter-llama/adapter'),
}

let folder = ''
let llama: LlamaRuntime
let worker: Worker
let hub: Server
const asked: string[] = []
const listeners = new Map<string, (event: RunEvent) => void>()

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-hub-'))
  llama = await createLlama({ gpu: 'cpu', threads: 1 })
  hub = createServer((request, response) => {
    const url = request.url ?? ''
    asked.push(url)
    const [, listed] = /^\/api\/models\/(.+)\/tree\/main$/.exec(url) ?? []
    const [, repository, file = ''] = /^\/(me\/\w+)\/resolve\/main\/([\w.-]+)$/.exec(url) ?? []
    const answer = async (): Promise<string | Buffer> => {
      if (listed !== undefined) {
        const names = await readdir(repositories[listed] ?? '/nowhere')
        return JSON.stringify([...names, 'README.md'].map((name) => ({ type: 'file', path: name })))
      }
      return readFile(path.join(repositories[repository ?? ''] ?? '/nowhere', file))
    }
    answer().then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(hub.address() as AddressInfo).port}`)
  vi.stubEnv('HF_HUB_CACHE', path.join(folder, 'no-cache'))
  await cp(repositories['me/model']!, path.join(folder, 'models/own'), { recursive: true })
  await cp(repositories['me/style']!, path.join(folder, 'models/own-style'), { recursive: true })
  const own = {
    folders: {
      models: [path.join(folder, 'models')],
      output: path.join(folder, 'output'),
      data: path.join(folder, 'data'),
    },
    registry: createRegistry(definitions),
    send: (message: WorkerMessage) => {
      if (message.type === 'events') for (const event of message.events) listeners.get(message.run)?.(event)
    },
  }
  worker = startWorker({ host: openLocalHost({ llama, ...own }), ...own })
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await worker[Symbol.asyncDispose]()
  await new Promise((resolve) => hub.close(resolve))
  await rm(folder, { recursive: true })
})

let runs = 0
/** What every node gave, or why it did not. */
async function run(nodes: Record<string, WorkflowNode>): Promise<Record<string, Json | undefined>> {
  const id = `run-${runs++}`
  const told: Record<string, Json | undefined> = {}
  const finished = new Promise<void>((resolve) => {
    listeners.set(id, (event) => {
      if (event.type === 'cell.finished' || event.type === 'cell.cached') {
        told[event.node] = Object.values(event.outputs)[0] as Json
      }
      if (event.type === 'cell.failed') told[event.node] = event.error.message
      if (event.type === 'run.finished') resolve()
    })
  })
  worker.handle({ type: 'run', run: id, workflow: { format: 'woolgather', version: 1, name: 'test', nodes } })
  await finished
  return told
}

/*
   model ──► plain
     └─────► applied ──► styled
   style ────┘
*/
const graph = (model: string, style: string): Record<string, WorkflowNode> => {
  const write = { prompt: 'the', maxTokens: 6, temperature: 0, seed: 1, template: 'none' }
  return {
    model: { type: 'loading/checkpoint', inputs: { folder: model, type: 'F16' } },
    style: { type: 'lora/load', inputs: { file: style } },
    applied: {
      type: 'lora/apply',
      inputs: { strength: 3 },
      links: { model: ['model', 'model'], lora: ['style', 'lora'] },
    },
    plain: { type: 'generation/generate', inputs: write, links: { model: ['model', 'model'] } },
    styled: { type: 'generation/generate', inputs: write, links: { model: ['applied', 'model'] } },
  }
}

test('a checkpoint and a PEFT adapter are downloaded by their repositories, once, and write what folders of the same write', async () => {
  const first = await run(graph('hf:me/model', 'hf:me/style'))
  expect(first['model']).toMatchObject({ kind: 'checkpoint', folder: 'me/model' })
  expect(first['style']).toMatchObject({ peft: 'me/style' })
  expect(first['styled']).not.toBe(first['plain'])
  expect(asked.some((url) => url.includes('README'))).toBe(false)
  const before = asked.length
  const again = await run(graph('hf:me/model', 'hf:me/style/adapter_config.json'))
  expect(asked).toHaveLength(before)
  const own = await run(graph('own/', 'own-style/adapter_model.safetensors'))
  for (const node of ['plain', 'styled']) expect([again[node], own[node]]).toEqual([first[node], first[node]])
})

test.each([
  ['own-style', 'own-style', 'model', '“own-style” is no checkpoint: it has no config.json'],
  ['own', 'own', 'style', '“own” is no PEFT adapter: it has no adapter_config.json'],
  ['nowhere', 'own-style', 'model', 'No model file “nowhere”'],
  ['hf:me/style', 'hf:me/model', 'model', '“hf:me/style” is no checkpoint: it has no config.json'],
  [
    'hf:me/model/model.gguf',
    'hf:me/model',
    'style',
    '“hf:me/model” is no PEFT adapter: it has no adapter_config.json',
  ],
  ['hf:me/nothing', 'hf:me/style', 'model', '404'],
])('“%s” as a checkpoint and “%s” as a LoRA: what is wrong is told', async (model, style, node, named) => {
  expect((await run(graph(model, style)))[node]).toContain(named)
})

test('what is stored otherwise than was asked of weights that are only used is told by the nodes that write with them', async () => {
  const nodes = graph('own', 'own-style')
  const typed = (type: string): Record<string, WorkflowNode> => ({
    ...nodes,
    model: { type: 'loading/checkpoint', inputs: { folder: 'own', type } },
    told: { type: 'output/preview', links: { value: ['plain', 'warnings'] } },
  })
  expect((await run(typed('F16')))['told']).toEqual([])
  const { told } = await run(typed('Q4_K_M'))
  expect(told).toContainEqual(expect.stringMatching(/^own: 11 tensors are F16 in place of Q4_K/))
})
