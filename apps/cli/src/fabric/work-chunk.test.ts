import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createMemoryArtifactStore } from '@woolgather/engine'
import {
  asJson,
  chunkSchema,
  openFabric,
  topics,
  workNewsSchema,
  type CellTask,
  type Chunk,
  type EndedCell,
} from '@woolgather/fabric'
import type { CellCancellation } from '@woolgather/protocol'
import type { WorkerHandle } from '@woolgather/supervisor'
import type { Json, RunStatus } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { workOnChunk } from './work-chunk.ts'

const task = (address: string): CellTask => ({
  address,
  type: 'text/join',
  version: 1,
  resource: 'default',
  inputs: {},
  seed: 0,
  iteration: 0,
  node: 'node',
  at: {},
  readers: { types: [] },
  typed: [],
  written: [],
})

const nothingElse = {
  allowHost: () => Promise.resolve(),
  announceFiles: () => Promise.resolve(),
  onEnded: () => {},
  say: () => {},
}

interface Bench {
  deaths?: number
  /** How many workers took it before, and were lost. */
  lost?: number
  queue?: string
  kept?: Record<string, Json>
}

/** A bench without a worker process: whoever asks it to run something finds that nothing was to be run. */
async function onBench(
  tasks: CellTask[],
  { deaths = 0, lost = 0, queue = 'q', kept = {} }: Bench = {},
): Promise<{ ended: EndedCell[]; left: Chunk[] }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-chunk-'))
  try {
    await using fabric = await openFabric(folder)
    for (const [address, outputs] of Object.entries(kept))
      await fabric.results.putIfAbsent(
        address,
        asJson({ outputs, by: { worker: 'earlier', engine: '', device: '' } }),
      )
    const work = { id: 'work', queue, interactive: false, run: 'asker' }
    const chunk = { asker: 'asker', tasks, deaths }
    await fabric.offer({ ...work, body: asJson(chunk) })
    for (let times = 0; times < lost; times++) await (await fabric.take([queue]))?.fail()
    const lease = await fabric.take([queue])
    const told: EndedCell[] = []
    let moved = 0
    const stop = fabric.follow(topics.work('asker'), 0, (message) => {
      const news = workNewsSchema.parse(message)
      told.push(...news.ended)
      moved += news.split?.length ?? 0
    })
    const refuses = {
      status: { state: 'stopped' as const },
      run: () => Promise.reject(new Error('asked to run')),
      cancelCells: () => {},
    }
    const bench = {
      fabric,
      worker: refuses,
      artifacts: createMemoryArtifactStore(),
      name: 'me',
      ...nothingElse,
    }
    await workOnChunk(lease!, chunk, bench).ended
    await expect.poll(() => told.length + moved).toBe(tasks.length)
    stop()
    const left: Chunk[] = []
    for (const line of await fabric.queues()) {
      expect(line.queue).toBe('q-alone')
      for (let more = await fabric.take([line.queue]); more; more = await fabric.take([line.queue]))
        left.push(chunkSchema.parse(more.work.body))
    }
    return { ended: told, left }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('what has a result is not run again, and the result that was there first is told [R80]', async () => {
  const { ended, left } = await onBench([task('aa'), task('bb')], {
    kept: { aa: { text: 'A' }, bb: { text: 'B' } },
  })
  expect(ended).toEqual([
    { address: 'aa', outputs: { text: 'A' }, by: { worker: 'earlier', engine: '', device: '' } },
    { address: 'bb', outputs: { text: 'B' }, by: { worker: 'earlier', engine: '', device: '' } },
  ])
  expect(left).toEqual([])
})

test('a signal for one of several cells reaches that one, whatever of the others was done before [R97]', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-chunk-'))
  try {
    await using fabric = await openFabric(folder)
    await fabric.results.putIfAbsent(
      'aa',
      asJson({ outputs: {}, by: { worker: 'earlier', engine: '', device: '' } }),
    )
    await fabric.offer({
      ...{ id: 'work', queue: 'q', interactive: false, run: 'asker' },
      body: asJson({ asker: 'asker', tasks: ['aa', 'bb', 'cc'].map(task), deaths: 0 }),
    })
    const lease = await fabric.take(['q'])
    const signals: unknown[] = []
    const begun: string[][] = []
    const worker = {
      status: { state: 'ready' as const },
      run: ({ workflow, signal }: Parameters<WorkerHandle['run']>[0]) => {
        const addresses = Object.values(workflow.nodes).map(
          ({ inputs }) => inputs?.['cell'] as { address: string },
        )
        begun.push(addresses.map(({ address }) => address))
        return new Promise<RunStatus>((resolve) =>
          signal?.addEventListener('abort', () => resolve('cancelled')),
        )
      },
      cancelCells: (_: string, cells: CellCancellation) => void signals.push(cells),
    }
    const working = workOnChunk(lease!, chunkSchema.parse(lease!.work.body), {
      ...{ fabric, worker, artifacts: createMemoryArtifactStore(), name: 'me', ...nothingElse },
    })
    await expect.poll(() => begun).toEqual([['bb', 'cc']])
    working.finish(['cc', 'aa'])
    working.abandon(['bb'])
    expect(signals).toEqual([
      { node: 'c1', at: {}, keep: true },
      { node: 'c0', at: {}, keep: false },
    ])
    working.giveBack()
    await working.ended
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

const addressesOf = (chunks: readonly Chunk[]): { addresses: string[]; deaths: number }[] =>
  chunks.map(({ tasks, deaths }) => ({ addresses: tasks.map(({ address }) => address), deaths }))

test('cells with which a worker died go on where nothing else is run beside them, but for those that have a result', async () => {
  const names = Array.from({ length: 11 }, (_, index) => `a${index}`)
  const { ended, left } = await onBench(names.map(task), { lost: 1, kept: { a1: { text: 'B' } } })
  expect(ended.map(({ address }) => address)).toEqual(['a1'])
  expect(addressesOf(left)).toEqual([
    { addresses: ['a0', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8'], deaths: 0 },
    { addresses: ['a9', 'a10'], deaths: 0 },
  ])
})

test('of cells that are run in turn the first without a result is what ended the worker; the others are blamed for nothing [R93]', async () => {
  const all = ['aa', 'bb', 'cc', 'dd'].map(task)
  const { ended, left } = await onBench(all, { lost: 1, queue: 'q-alone', kept: { aa: {} } })
  expect(ended.map(({ address }) => address)).toEqual(['aa'])
  expect(addressesOf(left)).toEqual([
    { addresses: ['bb'], deaths: 1 },
    { addresses: ['cc', 'dd'], deaths: 0 },
  ])
})

test('a cell with which three workers died that had nothing else is set aside as its error, and never run again [R82]', async () => {
  const { ended, left } = await onBench([task('aa')], { deaths: 1, lost: 2, queue: 'q-alone' })
  expect(ended).toMatchObject([{ address: 'aa', error: { code: 'worker-lost' }, by: { worker: 'me' } }])
  expect(left).toEqual([])
})

test('what cannot be kept of a cell ends no worker: it says why, and the work goes back to the line', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-chunk-'))
  const stray: unknown[] = []
  const note = (error: unknown): void => void stray.push(error)
  process.on('unhandledRejection', note)
  try {
    await using fabric = await openFabric(folder)
    const chunk = { asker: 'asker', tasks: [task('aa')], deaths: 0 }
    await fabric.offer({ id: 'work', queue: 'q', interactive: false, run: 'asker', body: asJson(chunk) })
    const lease = await fabric.take(['q'])
    let tellsNoMore = (): void => {}
    const worker = {
      status: { state: 'ready' as const },
      async run({ onEvents }: Parameters<WorkerHandle['run']>[0]): Promise<RunStatus> {
        const cell = { run: 'r', time: 0, node: 'c0', at: {} }
        onEvents([{ ...cell, seq: 0, type: 'cell.finished', outputs: { outputs: {} }, milliseconds: 1 }])
        // Other cells go on meanwhile.
        await new Promise<void>((resolve) => (tellsNoMore = resolve))
        return 'completed'
      },
      cancelCells: () => {},
    }
    const announceFiles = (): Promise<void> => {
      setTimeout(() => tellsNoMore())
      return Promise.reject(new Error('the network is away'))
    }
    const bench = { fabric, worker, artifacts: createMemoryArtifactStore(), name: 'me', ...nothingElse }
    const said: string[] = []
    const say = (text: string): void => void said.push(text)
    await workOnChunk(lease!, chunk, { ...bench, announceFiles, say }).ended
    expect(said).toEqual(['Work work goes back to its line: the network is away'])
    expect((await fabric.take(['q']))?.work.id).toBe('work')
    expect(stray).toEqual([])
  } finally {
    process.off('unhandledRejection', note)
    await rm(folder, { recursive: true, force: true })
  }
})
