import { createRegistry } from '@woolgather/engine'
import { writeRandomLora, writeRandomModel } from '@woolgather/ggml/testing'
import { createLlama, type LlamaRuntime } from '@woolgather/llama'
import { definitions } from '@woolgather/nodes/definitions'
import type { WorkerMessage } from '@woolgather/protocol'
import type { RunEvent, WorkflowNode } from '@woolgather/workflow'
import { copyFile, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openLocalHost } from './local-host.ts'
import { startWorker, type Worker } from './worker.ts'

let folder = ''
let llama: LlamaRuntime
let worker: Worker
const listeners = new Map<string, (event: RunEvent) => void>()
const at = (name: string): string => path.join(folder, name)

beforeAll(async () => {
  llama = await createLlama({ gpu: 'cpu', threads: 1 })
})
afterAll(() => llama[Symbol.asyncDispose]())
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-replaced-'))
  await writeRandomModel(at('one.gguf'), { seed: 1 })
  await writeRandomModel(at('two.gguf'), { seed: 2 })
  await writeRandomLora(at('lora-one.gguf'), { seed: 3, alpha: 64 })
  await writeRandomLora(at('lora-two.gguf'), { seed: 4, alpha: 64 })
  worker = open()
})
afterEach(async () => {
  await worker[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

function open(code?: string): Worker {
  // The runtime is shared, and outlives the worker.
  const shared = {
    info: llama.info,
    loadModel: llama.loadModel.bind(llama),
    [Symbol.asyncDispose]: async () => {},
  }
  const own = {
    folders: { models: [folder], output: at('output'), data: at('data') },
    registry: createRegistry(definitions),
    code,
    send: (message: WorkerMessage) => {
      if (message.type === 'events') for (const event of message.events) listeners.get(message.run)?.(event)
    },
  }
  return startWorker({ host: openLocalHost({ llama: shared, ...own }), ...own })
}

let runs = 0
/** What became of the node `text`. */
async function run(
  nodes: Record<string, WorkflowNode>,
  onEvent: (event: RunEvent) => void = () => {},
): Promise<{ how: string; value: unknown }> {
  const id = `run-${runs++}`
  let told: { how: string; value: unknown } = { how: 'nothing', value: undefined }
  const finished = new Promise<void>((resolve) => {
    listeners.set(id, (event) => {
      onEvent(event)
      if (event.type === 'cell.finished' || event.type === 'cell.cached') {
        if (event.node === 'text') told = { how: event.type, value: Object.values(event.outputs)[0] }
      }
      if (event.type === 'cell.failed') told = { how: event.error.code, value: event.error.message }
      if (event.type === 'run.finished') resolve()
    })
  })
  worker.handle({
    type: 'run',
    run: id,
    workflow: { format: 'woolgather', version: 1, name: 'test', nodes },
  })
  await finished
  return told
}

const model = (file: string): WorkflowNode => ({ type: 'loading/model', inputs: { file } })
const text: WorkflowNode = {
  type: 'generation/generate',
  inputs: { prompt: 'a', template: 'none', maxTokens: 12, seed: 1 },
  links: { model: ['from', 'model'] },
}

async function replace(name: string, by: string): Promise<void> {
  await copyFile(at(by), at('part'))
  await rename(at('part'), at(name))
}

const kinds: Record<
  string,
  { changes: [name: string, by: string]; nodes: (file: string) => Record<string, WorkflowNode> }
> = {
  'a model': { changes: ['one.gguf', 'two.gguf'], nodes: (file) => ({ from: model(file), text }) },
  'a LoRA': {
    changes: ['lora-one.gguf', 'lora-two.gguf'],
    nodes: (file) => ({
      base: model('one.gguf'),
      lora: { type: 'lora/load', inputs: { file } },
      from: { type: 'lora/apply', links: { model: ['base', 'model'], lora: ['lora', 'lora'] } },
      text,
    }),
  },
  'a source of a merge': {
    changes: ['one.gguf', 'two.gguf'],
    nodes: (file) => ({
      a: model(file),
      b: model('two.gguf'),
      from: {
        type: 'merging/weighted-sum',
        inputs: { ratio: 0.3 },
        links: { first: ['a', 'model'], second: ['b', 'model'] },
      },
      text,
    }),
  },
  'a LoRA that is combined': {
    changes: ['lora-one.gguf', 'lora-two.gguf'],
    nodes: (file) => ({
      base: model('one.gguf'),
      lora: { type: 'lora/load', inputs: { file } },
      both: { type: 'lora/combine', links: { loras: [['lora', 'lora']] } },
      from: { type: 'lora/apply', links: { model: ['base', 'model'], lora: ['both', 'lora'] } },
      text,
    }),
  },
  'one of two models that are compared': {
    changes: ['one.gguf', 'two.gguf'],
    nodes: (file) => ({
      a: model(file),
      b: model('two.gguf'),
      text: { type: 'merging/compare', links: { first: ['a', 'model'], second: ['b', 'model'] } },
    }),
  },
}

test.each(Object.entries(kinds))(
  '%s that is replaced by rename counts from the next run on, loaded or not, and after a restart',
  async (_, { changes: [name, by], nodes }) => {
    const old = await run(nodes(name))
    const own = await run(nodes(by))
    expect([old.how, own.how]).toEqual(['cell.finished', 'cell.finished'])
    expect(own.value).not.toEqual(old.value)
    await replace(name, by)
    const replaced = await run(nodes(name))
    // The same contents by another name are the same result.
    expect(replaced.value).toEqual(own.value)
    await worker[Symbol.asyncDispose]()
    worker = open()
    expect(await run(nodes(name))).toEqual({ how: 'cell.cached', value: own.value })
  },
)

test('a model replaced during a run: each result is kept under what wrote it, and under nothing else', async () => {
  const { seed: _, ...inputs } = text.inputs ?? {}
  const sweep = (file: string): Record<string, WorkflowNode> => ({
    seeds: { type: 'matrix/axis', inputs: { values: Array.from({ length: 100 }, (_, i) => i) } },
    // Else a text may depend on which others are written beside it.
    from: { type: 'loading/model', inputs: { file, reproducible: true } },
    text: {
      ...text,
      inputs: { ...inputs, maxTokens: 4 },
      links: { ...text.links, seed: ['seeds', 'value'] },
    },
  })
  const texts = async (file: string, onText = (): void => {}): Promise<Record<string, unknown>> => {
    const written: Record<string, unknown> = {}
    await run(sweep(file), (event) => {
      if (event.type !== 'cell.finished' && event.type !== 'cell.cached') return
      if (event.node !== 'text') return
      written[JSON.stringify(event.at)] = event.outputs['text']
      onText()
    })
    return written
  }
  let replacing: Promise<void> | undefined
  const mixed = await texts('one.gguf', () => {
    replacing ??= replace('one.gguf', 'two.gguf')
  })
  expect(Object.keys(mixed)).toHaveLength(100)
  await replacing
  const [again, own] = [await texts('one.gguf'), await texts('two.gguf')]
  expect(Object.keys(own)).toHaveLength(100)
  expect(again).toEqual(own)
  // It was replaced under it.
  expect(mixed).not.toEqual(own)
})

test('after another build of our code a merge is made anew', async () => {
  const { nodes } = kinds['a source of a merge']!
  const made = async (code: string): Promise<number> => {
    await worker[Symbol.asyncDispose]()
    worker = open(code)
    expect(await run(nodes('one.gguf'))).toMatchObject({ how: 'cell.finished' })
    return (await readdir(at('data/made'))).filter((name) => name.endsWith('.gguf')).length
  }
  expect([await made('before'), await made('after')]).toEqual([1, 2])
})
