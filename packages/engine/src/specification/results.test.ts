import { fetchOutputs, gatherSettled, isArtifactRef, planWorkflow, type Json } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { createMemoryArtifactStore } from '../cache/artifact-store.ts'
import { createMemoryCache } from '../cache/memory-cache.ts'
import { graph, run, testRegistry } from '../testing/graph.ts'
import type { Workflow } from '@woolgather/workflow'

/** What the events of a run and its plan come to, for whoever has only these; and what the run itself says. */
async function bothResults(
  workflow: Workflow,
  options: Parameters<typeof run>[1] = {},
): Promise<{ told: unknown; given: unknown }> {
  const artifacts = createMemoryArtifactStore()
  const settled = gatherSettled()
  const { outputs } = await run(workflow, { ...options, artifacts, emit: (event) => settled.add(event) })
  const { plan } = planWorkflow(workflow, [...testRegistry.descriptions.values()])
  if (plan === undefined) throw new Error('no plan')
  return { told: await fetchOutputs(plan, settled.cells, (hash) => artifacts.get(hash)), given: outputs }
}

/*
   x ──► long ──► picky ──► more        y, within x, crosses it; one cell fails
*/
test('what events tell, put together by the plan, is what the run gave: axes, failures and long texts [R54]', async () => {
  const words = ['a', 'b'.repeat(2_000), 'c']
  const { told, given } = await bothResults(
    graph({
      x: { type: 'test/axis', inputs: { values: words } },
      picky: { type: 'test/fail', inputs: { on: 'c' }, links: { value: ['x', 'value'] } },
      n: { type: 'test/axis', inputs: { values: [1, 2] } },
      y: { type: 'test/range', links: { n: ['n', 'value'] } },
      ragged: { type: 'test/add', links: { a: ['y', 'value'], b: ['n', 'value'] } },
      text: {
        type: 'test/template',
        inputs: { template: '{{p}} {{y}}' },
        links: { p: ['picky', 'value'], y: ['y', 'value'] },
      },
      single: { type: 'test/constant', inputs: { value: 'ä'.repeat(1_000) } },
    }),
  )
  expect(told).toEqual(given)
})

const lookAlikes: Record<string, Json> = {
  short: { artifact: 'a', bytes: 3 },
  more: { artifact: 'f'.repeat(64), type: 'text/plain', bytes: 3, title: 'x' },
  exact: { artifact: 'f'.repeat(64), type: 'application/json', bytes: 3 },
}

test.each(Object.entries(lookAlikes))(
  'a value that looks like a reference to an artifact (%s) comes out as it is, from the cache too [R53]',
  async (_, value) => {
    const workflow = graph({
      given: { type: 'test/constant', inputs: { value } },
      swept: { type: 'test/wait', links: { value: ['given', 'value'], milliseconds: ['x', 'value'] } },
      x: { type: 'test/axis', inputs: { values: [0, 1] } },
    })
    const cache = createMemoryCache()
    for (let time = 0; time < 2; time++) {
      const { told, given } = await bothResults(workflow, { cache })
      expect(told).toEqual(given)
      expect(told).toMatchObject({
        swept: {
          value: {
            cells: [
              { at: { x: 0 }, value },
              { at: { x: 1 }, value },
            ],
          },
        },
      })
    }
  },
)

test('whatever looks like a reference in an event is one that can be fetched', async () => {
  const artifacts = createMemoryArtifactStore()
  const nodes = Object.entries(lookAlikes).map(([id, value]) => [
    id,
    { type: 'test/constant', inputs: { value } },
  ])
  const { events } = await run(graph(Object.fromEntries(nodes)), { artifacts })
  const references = events.flatMap((event) =>
    event.type === 'cell.finished' ? Object.values(event.outputs).filter(isArtifactRef) : [],
  )
  expect(references).toHaveLength(1)
  for (const { artifact } of references) expect(await artifacts.get(artifact)).toBeDefined()
})
