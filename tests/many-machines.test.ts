import { createHash } from 'node:crypto'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { openFabric, presenceSchema, topics, type Presence } from '@woolgather/fabric'
import { startModelServer } from '@woolgather/files/testing/model-server'
import { createClient, type Client, type ModelFile } from '@woolgather/protocol'
import type { RunEvent, Workflow } from '@woolgather/workflow'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSocket } from '../apps/server/src/testing/start-test-server.ts'
import { hasNatsServer } from './nats-server.ts'
import { spawnWoolgather, woolgather } from './cli.ts'
import { startFarm, type Farm } from './farm.ts'
import { root } from './scratch.ts'

const storyteller = { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } }
const link = (node: string, output: string): [string, string] => [node, output]

interface Line {
  row: number
  status: string
  outputs: Record<string, string>
  errors: { code: string }[]
}

async function linesOf(file: string): Promise<Line[]> {
  const text = await readFile(file, 'utf8')
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]))
}

describe.runIf(hasNatsServer())('work on several machines', () => {
  let farm: Farm
  let heard: AsyncDisposable
  let client: Client
  const workers = new Map<string, Presence>()
  /** Of the first two workers the one that is not killed while it works. */
  let survivor = 'one'

  /** What it downloads comes to a folder of its own. */
  const startWorker = async (name: string): Promise<void> => {
    const models = farm.scratch.path(`models-of-${name}`)
    await mkdir(models)
    await symlink(path.join(root, 'models/demo'), path.join(models, 'demo'))
    farm.startWorker(name, models)
  }

  beforeAll(async () => {
    farm = await startFarm([path.join(root, 'tests/fixtures/gate')])
    client = createClient({
      url: farm.url,
      createSocket,
    })
    for (const name of ['one', 'two']) await startWorker(name)
    const fabric = await openFabric(farm.nats.url)
    heard = fabric
    fabric.listen(topics.workers, (message) => {
      const presence = presenceSchema.parse(message)
      workers.set(presence.name, presence)
    })
  })
  afterAll(async () => {
    client.close()
    await heard[Symbol.asyncDispose]()
    await farm[Symbol.asyncDispose]()
  })

  test('a workflow gives the same there as here, a sweep over two models included [R79]', async () => {
    const file = await farm.scratch.writeWorkflow({
      files: {
        type: 'matrix/axis',
        inputs: { values: 'demo/storyteller.gguf\ndemo/storyteller-space.gguf' },
      },
      seeds: { type: 'matrix/axis', inputs: { values: '1, 2, 3, 4' } },
      model: { type: 'loading/model', links: { file: link('files', 'value') } },
      story: {
        type: 'generation/generate',
        inputs: { prompt: 'Tell me a story about the sea.', maxTokens: 24, temperature: 0 },
        links: { model: link('model', 'model'), seed: link('seeds', 'value') },
      },
      grid: { type: 'matrix/grid', links: { values: link('story', 'text') } },
    })
    const there = await woolgather(['run', file, '--server', farm.url, '--quiet'])
    const here = await woolgather(['run', file, '--data', farm.scratch.path('here'), '--cpu', '--quiet'])
    expect(there.code).toBe(0)
    expect(there.stdout).toContain('the')
    expect(there.stdout).toBe(here.stdout)
  })

  test('a batch of which a worker dies half-way has a line for each row; what the dead had others do [R81]', async () => {
    const gate = farm.scratch.path('gate')
    const file = await farm.scratch.writeWorkflow({
      model: storyteller,
      gate: { type: 'test/gate', inputs: { file: gate } },
      story: {
        type: 'generation/generate',
        inputs: { prompt: 'Tell me a story about a dog.', maxTokens: 12 },
        links: { model: link('model', 'model'), seed: link('gate', 'number') },
      },
      result: { type: 'api/output', inputs: { name: 'story' }, links: { value: link('story', 'text') } },
    })
    const count = 60
    const rows = Array.from({ length: count }, (_, row) => `${row + 1}\n`).join('')
    const table = await farm.scratch.write('rows.csv', `gate.number\n${rows}`)
    const out = farm.scratch.path('out.jsonl')
    const endedBefore = new Map([...workers].map(([name, { ended }]) => [name, ended]))
    const busy = (): string | undefined =>
      [...workers.values()].find(
        ({ name, cells, ended }) => cells > 0 || ended > (endedBefore.get(name) ?? 0),
      )?.name
    const batch = spawnWoolgather([
      'batch',
      file,
      '--rows',
      table,
      '--out',
      out,
      '--server',
      farm.url,
      '--concurrency',
      '64',
    ])
    // However fast the machine is, half of the rows are still to come when a worker dies.
    await writeFile(gate, String(count / 2))
    await expect.poll(busy).toBeDefined()
    const killed = busy() === 'one' ? 'one' : 'two'
    survivor = killed === 'one' ? 'two' : 'one'
    await farm.killWorker(killed)
    await writeFile(gate, String(count))
    const { code, stderr } = await batch
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const lines = await linesOf(out)
    expect(lines.map(({ row }) => row)).toEqual(Array.from({ length: count }, (_, row) => row))
    expect(lines.every(({ outputs }) => (outputs['story'] ?? '').length > 0)).toBe(true)
  })

  test('a model by its address is fetched by a worker once and used there; /v1 answers with the models of workers', async () => {
    await using far = await startModelServer()
    const content = await readFile(path.join(root, 'models/demo/storyteller.gguf'))
    far.files.set('/far/tales.gguf', { content })
    const sha256 = createHash('sha256').update(content).digest('hex')
    const address = `${far.url}/far/tales.gguf`
    const file = await farm.scratch.writeWorkflow({
      model: { type: 'loading/model', inputs: { file: address, sha256 } },
      seeds: { type: 'matrix/axis', inputs: { values: '1, 2, 3' } },
      story: {
        type: 'generation/generate',
        inputs: { prompt: 'Tell me a story about the sea.', maxTokens: 8 },
        links: { model: link('model', 'model'), seed: link('seeds', 'value') },
      },
    })
    const run = ['run', file, '--server', farm.url, '--quiet', '--allow-host', new URL(far.url).host]
    const first = await woolgather(run)
    expect(first).toMatchObject({ code: 0 })
    const fetched = (): number => far.requests.filter(({ method }) => method === 'GET').length
    expect(fetched()).toBe(1)
    const modelFetched = async (): Promise<ModelFile | undefined> =>
      (await client.ask('models')).find(({ downloadedFrom }) => downloadedFrom === address)
    await expect.poll(async () => (await modelFetched())?.workers).toEqual([survivor])
    expect(await woolgather(run)).toMatchObject({ code: 0, stdout: first.stdout })
    expect(fetched()).toBe(1)
    const asked = { model: (await modelFetched())?.file, prompt: 'Once upon a time', max_tokens: 3 }
    const answer = await fetch(`${farm.url}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(asked),
    })
    expect(await answer.json()).toMatchObject({ model: asked.model, choices: [{ finish_reason: 'length' }] })
  })

  test('a model that no worker has is named, with who was asked', async () => {
    const file = await farm.scratch.writeWorkflow({
      model: { type: 'loading/model', inputs: { file: 'nobody/has-it.gguf' } },
      story: {
        type: 'generation/generate',
        inputs: { prompt: 'Once' },
        links: { model: link('model', 'model') },
      },
    })
    const { code, stderr } = await woolgather(['run', file, '--server', farm.url])
    expect(code).toBe(1)
    expect(stderr).toContain('No worker has “nobody/has-it.gguf”.')
    expect(stderr).toContain(`“${survivor}”`)
  })

  test('who works and what waits is listed for those without a browser', async () => {
    const { code, stdout } = await woolgather(['workers', '--fabric', farm.nats.url])
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`^${survivor} +idle +\\d+ a minute +CPU, .*\\d+ models`, 'm'))
    expect(stdout).toContain('Nothing waits.')
  })

  test('a training there ends early with what it has so far, and other workers use its LoRA [R97]', async () => {
    const style = JSON.parse(
      await readFile(path.join(root, 'workflows/style-in-a-minute.json'), 'utf8'),
    ) as Workflow
    const { model, lines, train } = style.nodes as Record<
      'model' | 'lines' | 'train',
      Workflow['nodes'][string]
    >
    const workflow: Workflow = {
      ...style,
      nodes: {
        model,
        lines,
        train: { ...train, inputs: { ...train.inputs, steps: 5_000 } },
        apply: {
          type: 'lora/apply',
          links: { model: link('model', 'model'), lora: link('train', 'lora') },
        },
        story: {
          type: 'generation/generate',
          inputs: { prompt: 'Tell me a happy story about the sea.', maxTokens: 8, seed: 1 },
          links: { model: link('apply', 'model') },
        },
      },
    }
    /** Runs it, and tells the training to end once it has begun. @returns which worker had which node */
    const workersOf = async (targets: string[]): Promise<Map<string, string>> => {
      const answer = await client.submit(workflow, { targets })
      if (!('run' in answer)) throw new Error(JSON.stringify(answer.issues))
      const workers = new Map<string, string>()
      let isTold = false
      const end = await new Promise<RunEvent>((resolve) =>
        client.subscribe(answer.run, (events) => {
          for (const event of events) {
            if (event.type === 'cell.taken') workers.set(event.node, event.by.worker)
            if (event.type === 'run.finished') resolve(event)
            if (event.type !== 'cell.chart' || isTold) continue
            isTold = true
            client.cancel(answer.run, { node: 'train', at: {}, keep: true })
          }
        }),
      )
      expect(end).toMatchObject({ status: 'completed' })
      return workers
    }
    const trainer = (await workersOf(['train'])).get('train') as string
    expect(trainer).toBe(survivor)
    await startWorker('three')
    await farm.killWorker(survivor)
    expect((await workersOf(['story'])).get('story')).toBe('three')
  })
})
