import { cpSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import {
  fetchOutputs,
  gatherSettled,
  parseWorkflow,
  planWorkflow,
  runEventSchema,
  validateWorkflow,
  type Json,
  type NodeDescription,
} from '@woolgather/workflow'
import { woolgather } from './cli.ts'
import { createScratch, root } from './scratch.ts'
import { serveData } from './server.ts'

// What earlier versions wrote, by tools/freeze/freeze.mjs. It is never made again: what no longer opens is a regression.
const folder = path.join(root, 'tests/fixtures/frozen')
const versions = readdirSync(folder)

interface FrozenRun {
  number: number
  name: string
  status: string
  outputs: Json
}

const read = (version: string, name: string): string => readFileSync(path.join(folder, version, name), 'utf8')
const readLines = (version: string, name: string): unknown[] =>
  read(version, name)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

async function describeNodes(): Promise<NodeDescription[]> {
  const { stdout } = await woolgather(['nodes', '--json'])
  return JSON.parse(stdout) as NodeDescription[]
}

test.each(versions)('documents of version %s open, and are as right as they were', async (version) => {
  const nodes = await describeNodes()
  const documents = readLines(version, 'documents.jsonl')
  expect(documents.length).toBeGreaterThan(40)
  for (const document of documents) {
    const { workflow, issues } = parseWorkflow(document)
    expect(issues ?? validateWorkflow(workflow!, nodes)).toEqual([])
  }
})

test.each(versions)('the log of a run of version %s gives what the run gave', async (version) => {
  const [document] = readLines(version, 'documents.jsonl')
  const { workflow } = parseWorkflow(document)
  const { plan } = planWorkflow(workflow!, await describeNodes())
  const settled = gatherSettled()
  for (const event of readLines(version, 'run.jsonl')) settled.add(runEventSchema.parse(event))
  const { outputs } = JSON.parse(read(version, 'result.json')) as { outputs: Json }
  expect(await fetchOutputs(plan!, settled.cells, artifactsOf(version))).toEqual(outputs)
})

test.each(versions)('a batch that version %s began is gone on with, and its lines stay', async (version) => {
  await using scratch = await createScratch()
  cpSync(path.join(folder, version, 'batch'), scratch.folder, { recursive: true })
  const folders = ['--data', scratch.path('data'), '--output', scratch.path('output'), '--cpu']
  for (const results of ['results.jsonl', 'results.csv']) {
    const { code, stderr } = await woolgather([
      'batch',
      scratch.path('workflow.json'),
      ...['--rows', scratch.path('rows.csv'), '--out', scratch.path(results), '--resume'],
      ...folders,
    ])
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const now = readFileSync(scratch.path(results), 'utf8')
    expect(now.startsWith(read(version, `batch/${results}`))).toBe(true)
    expect(now).toContain('a cat')
  }
})

test.each(versions)(
  'a data folder of version %s has its runs and workflows, and works on',
  async (version) => {
    await using server = await serveData(path.join(folder, version, 'data'))
    const ask = async <T>(place: string, body?: Json): Promise<T> => {
      const answer = await fetch(new URL(`/api/${place}`, server.url), {
        ...(body !== undefined && {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      })
      expect(answer.ok).toBe(true)
      return (await answer.json()) as T
    }
    const frozen = JSON.parse(read(version, 'runs.json')) as FrozenRun[]
    const { runs } = await ask<{ runs: { run: string; number: number }[] }>('runs')
    const told = await Promise.all(runs.map(({ run }) => ask<FrozenRun>(`runs/${run}`)))
    expect(told.toSorted((a, b) => a.number - b.number)).toMatchObject(frozen)
    expect(await ask('workflows/mine')).toMatchObject({ name: 'Everything' })
    expect(await ask('workflows/mine/revisions')).toMatchObject([
      { name: 'Everything' },
      { name: 'First name' },
    ])
    const again = await ask<FrozenRun>('runs?wait=60', { id: 'mine' })
    expect(again).toMatchObject({
      number: frozen.length + 1,
      status: 'completed',
      outputs: frozen[0]?.outputs,
    })
  },
)

/** Long outputs of the run are those of the same workflow in the data folder. */
function artifactsOf(version: string): (hash: string) => Promise<Uint8Array | undefined> {
  return (hash) =>
    Promise.resolve(readFileSync(path.join(folder, version, 'data/artifacts', hash.slice(0, 2), hash)))
}
