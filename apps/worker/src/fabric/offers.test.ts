import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  asJson,
  cellSignalSchema,
  chunkSchema,
  openFabric,
  topics,
  type CellSignal,
  type CellTask,
  type Fabric,
} from '@woolgather/fabric'
import type { CellWorker } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { openOffers } from './offers.ts'

const by = (worker: string): CellWorker => ({ worker, device: 'CPU, 2 threads', engine: 'b1' })
const task: CellTask = {
  ...{ address: 'aa', type: 'text/join', version: 1, resource: 'default', inputs: {}, seed: 0 },
  ...{ iteration: 0, node: 'node', at: {}, readers: { types: [] }, typed: [], written: [] },
}
const line = { queue: 'q', needs: { build: 'b', files: {} }, interactive: true, workers: 1 }

async function withFabric(use: (server: Fabric, worker: Fabric) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-offers-'))
  try {
    await using server = await openFabric(folder)
    await using worker = await openFabric(folder)
    await use(server, worker)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('a worker hears that a cell is to end early once all who wait for it have enough [R97]', () =>
  withFabric(async (server, worker) => {
    await using offers = openOffers(server, 'asker')
    const signals: CellSignal[] = []
    worker.listen(topics.signals, (message) => signals.push(cellSignalSchema.parse(message)))
    const waiting = [new AbortController(), new AbortController()]
    const all = waiting.map((enough) =>
      offers.run({
        ...{ task, line, enough: enough.signal, signal: new AbortController().signal },
        onTaken: () => {},
        onEvent: () => {},
      }),
    )
    await expect.poll(async () => (await worker.queues()).length).toBe(1)
    const lease = await worker.take(['q'])
    waiting[0]?.abort()
    waiting[1]?.abort()
    await expect.poll(() => signals).toEqual([{ signal: 'finish', work: lease!.work.id, addresses: ['aa'] }])
    const ended = [{ address: 'aa', outputs: { text: 'so far' }, by: by('two') }]
    await worker.append(topics.work('asker'), asJson({ work: lease!.work.id, ended }))
    expect(await Promise.all(all)).toEqual([{ text: 'so far' }, { text: 'so far' }])
  }))

test('whoever waits for a cell is told which worker has it, and of the next one that takes over [R98]', () =>
  withFabric(async (server, worker) => {
    await using offers = openOffers(server, 'asker')
    const told: string[] = []
    const result = offers.run({
      ...{ task, line, enough: new AbortController().signal, signal: new AbortController().signal },
      onTaken: ({ worker }) => told.push(worker),
      onEvent: () => {},
    })
    await expect.poll(async () => (await worker.queues()).length).toBe(1)
    const lease = await worker.take(['q'])
    const { asker, tasks } = chunkSchema.parse(lease!.work.body)
    const event = { type: 'cell.token', run: 'r', seq: 1, time: 1, node: 'c0', at: {}, text: 'Once' }
    const news = (name: string): void =>
      worker.tell(
        topics.cells(asker),
        asJson({ by: by(name), cells: [{ address: tasks[0]?.address, event }] }),
      )
    // What is told before somebody listens is gone.
    await expect.poll(() => (news('one'), told)).toEqual(['one'])
    const error = { code: 'node-failed', message: 'No.' }
    const ended = [{ address: 'aa', error, by: by('two') }]
    await worker.append(topics.work(asker), asJson({ work: lease!.work.id, ended }))
    await expect(result).rejects.toMatchObject({ code: 'node-failed', message: 'No.', worker: 'two' })
    expect(told).toEqual(['one', 'two'])
  }))
