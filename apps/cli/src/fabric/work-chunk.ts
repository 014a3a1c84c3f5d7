import { setTimeout as delay } from 'node:timers/promises'
import type { ArtifactStore } from '@woolgather/engine'
import {
  aloneLine,
  asJson,
  cellResultSchema,
  isAloneLine,
  topics,
  type CellNews,
  type CellResult,
  type CellTask,
  type Chunk,
  type EndedCell,
  type Fabric,
  type Lease,
  type WorkNews,
} from '@woolgather/fabric'
import type { WorkerHandle } from '@woolgather/supervisor'
import {
  resolveOutput,
  WoolgatherError,
  type CellWorker,
  type Json,
  type OutputValue,
  type RunError,
  type RunEvent,
  type Workflow,
} from '@woolgather/workflow'

/** Milliseconds between two beats: a lease lasts for several. */
const beatEvery = 2_500

/** How many workers may end with a cell, and nothing else in hand, before it is set aside. */
const mostDeaths = 3

/** Cells that are run in turn at one place. */
const mostInTurn = 8

/** Milliseconds before what this worker could not do is tried again. */
const retryAfter = 1_000

export interface Bench {
  fabric: Fabric
  worker: Pick<WorkerHandle, 'status' | 'run' | 'cancelCells'>
  /** Where the worker process keeps long outputs. */
  artifacts: ArtifactStore
  name: string
  /** Lets it download from there, from now on. */
  allowHost: (host: string) => Promise<void>
  /** Tells which files there are now: a cell may have saved or downloaded one. */
  announceFiles: () => Promise<void>
  /** Told of every cell that ended. */
  onEnded: (cell: EndedCell) => void
  /** Told, for people, why what was run could not be kept. */
  say: (text: string) => void
}

/** Work that was taken, and goes on until it is done, given back, or nobody wants it. */
export interface Working {
  lease: Lease
  chunk: Chunk
  /** Cells that have not ended. */
  left: ReadonlySet<string>
  /** When its first cell ended, milliseconds since the epoch. */
  firstAt?: number | undefined
  /** Never rejects. */
  ended: Promise<void>
  /** Nobody wants these any more. */
  abandon(addresses: readonly string[]): void
  /** These are to end with what they have so far. */
  finish(addresses: readonly string[]): void
  /** Lets others have what is not done, at once. */
  giveBack(): void
}

const noWorkflow: Workflow = { format: 'woolgather', version: 1, name: 'cell', nodes: {} }

/** Runs the cells of a lease that have no result yet. What each gives is kept before anybody is told. */
export function workOnChunk(lease: Lease, chunk: Chunk, bench: Bench): Working {
  const { fabric, worker, name } = bench
  const by = (): CellWorker => {
    const { device = '', build = '' } = worker.status
    return { worker: name, device, engine: build }
  }
  const left = new Set(chunk.tasks.map(({ address }) => address))
  const cancel = new AbortController()
  let givenBack = false
  /** Those its worker process knows, by their place in this list. */
  let running: { name: string; tasks: readonly CellTask[] } = { name: '', tasks: [] }
  let runs = 0
  const beating = setInterval(() => lease.beat(), beatEvery)

  const tell = (ended: EndedCell[], split?: WorkNews['split']): Promise<number> =>
    fabric.append(topics.work(chunk.asker), asJson({ work: lease.work.id, ended, ...(split && { split }) }))

  const end = async (cells: readonly EndedCell[]): Promise<void> => {
    const news = cells.filter(({ address }) => left.delete(address))
    if (news.length === 0) return
    working.firstAt ??= Date.now()
    for (const cell of news) bench.onEnded(cell)
    await tell([...news])
  }

  const work = async (): Promise<void> => {
    await end(await findKept(fabric, chunk.tasks))
    const tasks = chunk.tasks.filter(({ address }) => left.has(address))
    const [first] = tasks
    if (first === undefined) return lease.done()
    if (lease.attempt > 1 && !isAloneLine(lease.work.queue)) return goOnAlone(inParts(tasks))
    // They are run in turn, so that it was the first without a result.
    const deaths = chunk.deaths + lease.attempt - 1
    if (deaths > chunk.deaths && tasks.length > 1) {
      const [, ...innocent] = tasks
      return goOnAlone([
        { tasks: [first], deaths: chunk.deaths + 1 },
        { tasks: innocent, deaths: 0 },
      ])
    }
    if (deaths >= mostDeaths) {
      await end([{ address: first.address, error: setAside(deaths), by: by() }])
      return lease.done()
    }
    await (isAloneLine(lease.work.queue) ? runInTurn(tasks) : runTasks(tasks))
    if (left.size === 0 || (cancel.signal.aborted && !givenBack)) return lease.done()
    return handOn()
  }

  /** Nobody died of it: that others have it now is no attempt. */
  const handOn = async (): Promise<void> => {
    if (!givenBack) await delay(retryAfter)
    await lease.giveBack()
  }

  /** One of them may be what ended a worker: there it harms no others, and is found. */
  const goOnAlone = async (parts: readonly Pick<Chunk, 'tasks' | 'deaths'>[]): Promise<void> => {
    const queue = aloneLine(lease.work.queue)
    const works = parts.map((part, index) => ({ ...part, id: `${lease.work.id}-${index}` }))
    for (const { id, ...part } of works)
      await fabric.offer({ ...lease.work, id, queue, body: asJson({ asker: chunk.asker, ...part }) })
    await tell(
      [],
      works.flatMap(({ id, tasks }) => tasks.map(({ address }) => ({ address, id, queue }))),
    )
    await lease.done()
  }

  const runInTurn = async (tasks: readonly CellTask[]): Promise<void> => {
    for (const task of tasks) if (left.has(task.address) && !cancel.signal.aborted) await runTasks([task])
  }

  const runTasks = async (tasks: readonly CellTask[]): Promise<void> => {
    running = { name: `${lease.work.id}-${lease.attempt}-${runs++}`, tasks }
    const keeping: Promise<void>[] = []
    const news = tellNews(fabric, chunk.asker, by)
    const taskOf = (node: string): CellTask => tasks[Number(node.slice(1))] as CellTask
    const addressOf = (node: string): string => taskOf(node).address
    /** Nodes that save and download need no model. Whoever reads what they give looks for the file at once. */
    const keep = async (ended: readonly CellEnd[]): Promise<void> => {
      if (ended.some(({ node }) => taskOf(node).resource === 'default')) await bench.announceFiles()
      await end(await keepEnded(ended, addressOf))
    }
    for (const host of new Set(tasks.flatMap(({ hosts = [] }) => hosts))) await bench.allowHost(host)
    await worker.run({
      run: running.name,
      workflow: await asWorkflow(tasks, fabric),
      signal: cancel.signal,
      onEvents: (events) => {
        const ended = events.filter(isEnd)
        for (const event of events) if (isNews(event)) news.add(addressOf(event.node), event)
        if (ended.length === 0) return
        const kept = keep(ended)
        // It is looked at when all have ended, which may be long after.
        kept.catch(() => undefined)
        keeping.push(kept)
      },
    })
    news.flush()
    await Promise.all(keeping)
  }

  const keepEnded = (events: readonly CellEnd[], addressOf: (node: string) => string): Promise<EndedCell[]> =>
    Promise.all(
      events.map(async (event): Promise<EndedCell> => {
        const address = addressOf(event.node)
        if (event.type === 'cell.failed') return { address, error: ofNoNode(event.error), by: by() }
        const outputs = await readOutputs(event.outputs['outputs'] as OutputValue, bench.artifacts)
        const result: CellResult = { outputs, by: by() }
        return fabric.results.putIfAbsent(address, asJson(result)).then(
          (found): EndedCell => {
            const kept = cellResultSchema.parse(found)
            return { address, outputs: kept.outputs, by: kept.by }
          },
          (error: unknown): EndedCell => ({ address, error: asTooLarge(error), by: by() }),
        )
      }),
    )

  const signal = (address: string, keep: boolean): void => {
    const index = running.tasks.findIndex((task) => task.address === address)
    if (index !== -1) worker.cancelCells(running.name, { node: `c${index}`, at: {}, keep })
  }

  const working: Working = {
    lease,
    chunk,
    left,
    ended: work()
      // What could not be kept or told is done again, by whoever has it next.
      .catch((error: unknown) => {
        if (!givenBack) bench.say(`Work ${lease.work.id} goes back to its line: ${messageOf(error)}`)
        return handOn()
      })
      // Where that cannot be told either, its lease runs out.
      .catch(() => undefined)
      .finally(() => clearInterval(beating)),
    abandon(addresses) {
      for (const address of addresses) if (left.delete(address)) signal(address, false)
      if (left.size === 0) cancel.abort()
    },
    finish(addresses) {
      for (const address of addresses) if (left.has(address)) signal(address, true)
    },
    giveBack() {
      givenBack = true
      cancel.abort()
    },
  }
  return working
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function inParts(tasks: readonly CellTask[]): Pick<Chunk, 'tasks' | 'deaths'>[] {
  const parts = Math.ceil(tasks.length / mostInTurn)
  return Array.from({ length: parts }, (_, part) => ({
    tasks: tasks.slice(part * mostInTurn, (part + 1) * mostInTurn),
    deaths: 0,
  }))
}

async function findKept(fabric: Fabric, tasks: readonly CellTask[]): Promise<EndedCell[]> {
  const found = await Promise.all(
    tasks.map(async ({ address }): Promise<EndedCell[]> => {
      const read = cellResultSchema.safeParse(await fabric.results.get(address))
      return read.success ? [{ address, ...read.data }] : []
    }),
  )
  return found.flat()
}

/** Cells as a workflow that a worker process runs as any other: what crashes one is found out there. */
async function asWorkflow(tasks: readonly CellTask[], fabric: Fabric): Promise<Workflow> {
  const nodes: Workflow['nodes'] = {}
  for (const [index, { workflow, ...task }] of tasks.entries()) {
    const whole = workflow === undefined ? undefined : await fabric.artifacts.get(workflow)
    const carried: Json = whole ? (JSON.parse(new TextDecoder().decode(whole)) as Json) : asJson(noWorkflow)
    const cell = asJson({ ...task, workflow: carried })
    nodes[`c${index}`] = { type: `fabric/${task.resource}`, inputs: { cell } }
  }
  return { ...noWorkflow, nodes }
}

type CellEnd = Extract<RunEvent, { type: 'cell.finished' | 'cell.cached' | 'cell.failed' }>
const newsTypes = ['cell.token', 'cell.progress', 'cell.canvas', 'cell.chart'] as const
type News = Extract<RunEvent, { type: (typeof newsTypes)[number] }>

function isEnd(event: RunEvent): event is CellEnd {
  if (event.type === 'cell.failed') return event.error.code !== 'cancelled'
  return event.type === 'cell.finished' || event.type === 'cell.cached'
}

function isNews(event: RunEvent): event is News {
  return newsTypes.some((type) => event.type === type)
}

async function readOutputs(value: OutputValue, artifacts: Bench['artifacts']): Promise<Record<string, Json>> {
  return (await resolveOutput(value, (hash) => artifacts.get(hash))) as Record<string, Json>
}

/** The cell that failed stands elsewhere, under another name. */
function ofNoNode(error: RunError): RunError {
  const { node: _node, at: _at, ...other } = error
  return other
}

/** A result that is too large to keep would be so the next time. @throws every other error */
function asTooLarge(error: unknown): RunError {
  if (!(error instanceof WoolgatherError) || error.code !== 'request-too-large') throw error
  return { code: error.code, message: error.message }
}

function setAside(deaths: number): RunError {
  return {
    code: 'worker-lost',
    message: `${deaths} workers ended while they ran this cell and nothing else; it is set aside.`,
    hint: 'Run it alone on a machine of your own to see why, with `woolgather run`.',
  }
}

/** Tokens and progress of one turn of the event loop travel together. */
function tellNews(
  fabric: Fabric,
  asker: string,
  by: () => CellWorker,
): { add: (address: string, event: RunEvent) => void; flush: () => void } {
  let cells: CellNews['cells'] = []
  const flush = (): void => {
    if (cells.length > 0) fabric.tell(topics.cells(asker), asJson({ by: by(), cells }))
    cells = []
  }
  return {
    add(address, event) {
      if (cells.push({ address, event }) === 1) setImmediate(flush)
    },
    flush,
  }
}
