import { openFabric, presenceSchema, topics } from '@woolgather/fabric'
import type { WorkflowNode } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { woolgather } from './cli.ts'
import { startFarm } from './farm.ts'
import { hasNatsServer } from './nats-server.ts'

const full = process.env['WOOLGATHER_TEST_FULL'] === '1'

const models = ['demo/storyteller.gguf', 'demo/storyteller-space.gguf']
const seeds = 100
const workers = ['one', 'two', 'three']

const sweep: Record<string, WorkflowNode> = {
  files: { type: 'matrix/axis', inputs: { values: models.join('\n') } },
  seeds: { type: 'matrix/axis', inputs: { values: `1-${seeds}` } },
  model: { type: 'loading/model', inputs: { reproducible: true }, links: { file: ['files', 'value'] } },
  story: {
    type: 'generation/generate',
    inputs: { prompt: 'Tell me a story about the sea.', maxTokens: 8, temperature: 1 },
    links: { model: ['model', 'model'], seed: ['seeds', 'value'] },
  },
  grid: { type: 'matrix/grid', links: { values: ['story', 'text'] } },
}

describe.runIf(full && hasNatsServer())('a sweep of 200 cells over two models on three workers', () => {
  test('gives the texts of one machine to the letter, and no worker loads a model twice [R79]', async () => {
    await using farm = await startFarm()
    await using fabric = await openFabric(farm.nats.url)
    /** For each worker the models it held, one after the other; a model that comes back was loaded again. */
    const loads = new Map<string, string[]>()
    const held = new Map<string, readonly string[]>()
    const cells = new Map<string, number>()
    fabric.listen(topics.workers, (message) => {
      const { name, loaded, ended } = presenceSchema.parse(message)
      const before = held.get(name) ?? []
      const now = loads.get(name) ?? []
      loads.set(name, [...now, ...loaded.filter((model) => !before.includes(model))])
      held.set(name, loaded)
      cells.set(name, ended)
    })
    for (const name of workers) farm.startWorker(name)
    await expect.poll(() => [...held.keys()].sort()).toEqual([...workers].sort())

    const file = await farm.scratch.writeWorkflow(sweep)
    const there = await woolgather(['run', file, '--server', farm.url, '--quiet'])
    expect({ code: there.code, stderr: there.stderr }).toMatchObject({ code: 0 })
    await expect
      .poll(() => [...cells.values()].reduce((sum, count) => sum + count, 0))
      .toBe(models.length * seeds)
    const all = [...loads.values()]
    expect(new Set(all.flat())).toEqual(new Set(models))
    for (const own of all) expect(own.length).toBe(new Set(own).size)

    const here = await woolgather(['run', file, '--data', farm.scratch.path('here'), '--cpu', '--quiet'])
    expect(here.code).toBe(0)
    expect(there.stdout).toBe(here.stdout)
    expect(there.stdout.length).toBeGreaterThan(models.length * seeds * 8)
  })
})
