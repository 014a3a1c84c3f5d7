import { randomUUID } from 'node:crypto'
import {
  asJson,
  cellNewsSchema,
  cellResultSchema,
  topics,
  workNewsSchema,
  type CellResult,
  type CellSignal,
  type CellTask,
  type EndedCell,
  type Fabric,
  type QueueNeeds,
  type Work,
  type WorkNews,
} from '@woolgather/fabric'
import type { CellWorker, Json, RunError, RunEvent } from '@woolgather/workflow'
import { chunkSize, gatherAgain, gatherFor, gatherLong, hasEnough } from './pace.ts'

/** Milliseconds between two looks for what was lost. */
const lookEvery = 5_000

/** Milliseconds after which what a queue asks for is put again: no fabric keeps it for ever. */
const describeEvery = 3_600_000

/** Where cells are to be run. */
export interface Line {
  queue: string
  needs: QueueNeeds
  /** Somebody waits for it. */
  interactive: boolean
  /** Workers that could take it. */
  workers: number
}

export interface CellRequest {
  task: CellTask
  line: Line
  signal: AbortSignal
  /** Aborts where it is to end with what it has so far. */
  enough: AbortSignal
  /** Told which worker has it, or made its result; again where another takes over. */
  onTaken: (by: CellWorker) => void
  /** Tokens, progress and canvases as they come. */
  onEvent: (event: RunEvent) => void
}

/** Cells that are run by others. Results are the truth: what has none and is in no line is offered again. */
export interface Offers extends AsyncDisposable {
  /** @throws what the cell failed with, or the reason of its signal */
  run(request: CellRequest): Promise<Record<string, Json>>
}

interface Waiter extends Pick<CellRequest, 'enough' | 'onTaken' | 'onEvent'> {
  done: (outputs: Record<string, Json>) => void
  failed: (error: unknown) => void
}

interface Pending {
  task: CellTask
  line: Line
  waiters: Set<Waiter>
  /** Who was last heard to have it. */
  by?: CellWorker
  /** Id of the work it is in, once it was offered. */
  work?: string
}

/** Cells of one line that go together. */
interface Gathering {
  cells: Pending[]
  /** When the first of them came. */
  since: number
}

interface Offered {
  work: Omit<Work, 'body'>
  line: Line
  addresses: Set<string>
  /** When it was last offered, or something was heard of it. */
  at: number
}

/** @param asker who the results are told to, unique to this process */
export function openOffers(fabric: Fabric, asker: string): Offers {
  const pending = new Map<string, Pending>()
  const offered = new Map<string, Offered>()
  const gathering = new Map<string, Gathering>()
  const described = new Map<string, { done: Promise<unknown>; at: number }>()
  let timer: NodeJS.Timeout | undefined

  const gather = (cell: Pending): void => {
    const key = keyOf(cell.line)
    const gathered = gathering.get(key)
    if (gathered === undefined) gathering.set(key, { cells: [cell], since: Date.now() })
    else gathered.cells.push(cell)
    timer ??= setTimeout(offerGathered, gatherFor)
  }

  /** Whole works of every line; what is left over waits for more as long as workers have enough to do. */
  const offerGathered = (): void => {
    const before = offeredByLine()
    const lines = new Set([...before.keys(), ...gathering.keys()]).size
    for (const [key, { cells, since }] of [...gathering]) {
      gathering.delete(key)
      const wanted = cells.filter(({ waiters }) => waiters.size > 0)
      const [first] = wanted
      if (first === undefined) continue
      const { workers, interactive } = first.line
      const state = { gathered: wanted.length, ...(before.get(key) ?? nothing), workers, lines }
      const size = chunkSize(state)
      const mayWait = !interactive && hasEnough(state) && Date.now() - since < gatherLong
      const now = mayWait ? wanted.length - (wanted.length % size) : wanted.length
      for (let from = 0; from < now; from += size) offer(wanted.slice(from, Math.min(now, from + size)))
      const left = wanted.slice(now)
      if (left.length > 0) gathering.set(key, { cells: left, since: now > 0 ? Date.now() : since })
    }
    timer = gathering.size > 0 ? setTimeout(offerGathered, gatherAgain) : undefined
  }

  const offeredByLine = (): Map<string, { works: number; offered: number }> => {
    const lines = new Map<string, { works: number; offered: number }>()
    for (const { line, addresses } of offered.values()) {
      const { works, offered } = lines.get(keyOf(line)) ?? nothing
      lines.set(keyOf(line), { works: works + 1, offered: offered + addresses.size })
    }
    return lines
  }

  const offer = (cells: readonly Pending[], id: string = randomUUID()): void => {
    const { line } = cells[0] as Pending
    const work = { id, queue: line.queue, interactive: line.interactive, run: asker }
    for (const cell of cells) cell.work = id
    offered.set(id, { work, line, addresses: addressesOf(cells), at: Date.now() })
    const body = asJson({ asker, tasks: cells.map(({ task }) => task), deaths: 0 })
    void describe(line)
      .then(() => fabric.offer({ ...work, body }))
      .catch((error: unknown) => cells.forEach(({ task }) => fail(task.address, error)))
  }

  /** What a queue asks for is there before there is something in it. */
  const describe = ({ queue, needs }: Line): Promise<unknown> => {
    const known = described.get(queue)
    if (known !== undefined && Date.now() - known.at < describeEvery) return known.done
    const done = fabric.results.putIfAbsent(topics.needs(queue), asJson(needs))
    described.set(queue, { done, at: Date.now() })
    done.catch(() => described.delete(queue))
    return done
  }

  const forget = (address: string): Pending | undefined => {
    const cell = pending.get(address)
    if (cell === undefined) return undefined
    pending.delete(address)
    const chunk = cell.work === undefined ? undefined : offered.get(cell.work)
    chunk?.addresses.delete(address)
    if (chunk?.addresses.size === 0) offered.delete(chunk.work.id)
    return cell
  }

  const hearOf = (cell: Pending | undefined, by: CellWorker): void => {
    if (cell === undefined || cell.by?.worker === by.worker) return
    cell.by = by
    cell.waiters.forEach(({ onTaken }) => onTaken(by))
  }

  const finish = (address: string, { outputs, by }: CellResult): void => {
    hearOf(pending.get(address), by)
    forget(address)?.waiters.forEach(({ done }) => done(outputs))
  }

  const fail = (address: string, error: unknown): void =>
    forget(address)?.waiters.forEach(({ failed }) => failed(error))

  const settle = (cell: EndedCell): void => {
    if ('outputs' in cell) return finish(cell.address, cell)
    hearOf(pending.get(cell.address), cell.by)
    fail(cell.address, asError(cell.error, cell.by))
  }

  const tellWorker = (signal: CellSignal['signal'], work: string, address: string): void =>
    fabric.tell(topics.signals, { signal, work, addresses: [address] })

  /** All who wait for it have enough. */
  const finishEarly = ({ task, work, waiters }: Pending): void => {
    const isEnough = waiters.size > 0 && [...waiters].every(({ enough }) => enough.aborted)
    if (isEnough && work !== undefined) tellWorker('finish', work, task.address)
  }

  const stopFollowing = fabric.follow(topics.work(asker), 0, (message) => {
    const read = workNewsSchema.safeParse(message)
    if (!read.success) return
    const { work, ended, split = [] } = read.data
    const chunk = offered.get(work)
    if (chunk !== undefined) chunk.at = Date.now()
    for (const cell of ended) settle(cell)
    for (const moved of split) move(moved)
  })

  /** A worker was lost with it: it goes on in other work. */
  const move = ({ address, id, queue }: NonNullable<WorkNews['split']>[number]): void => {
    const cell = pending.get(address)
    const before = cell?.work === undefined ? undefined : offered.get(cell.work)
    if (cell === undefined || before === undefined || before.work.id === id) return
    before.addresses.delete(address)
    if (before.addresses.size === 0) offered.delete(before.work.id)
    cell.work = id
    const work = { ...before.work, id, queue }
    const chunk = offered.get(id) ?? { ...before, work, addresses: new Set(), at: Date.now() }
    chunk.addresses.add(address)
    offered.set(id, chunk)
  }

  const stopListening = fabric.listen(topics.cells(asker), (message) => {
    const read = cellNewsSchema.safeParse(message)
    if (!read.success) return
    const { by, cells } = read.data
    for (const { address, event } of cells) {
      const cell = pending.get(address)
      hearOf(cell, by)
      const chunk = cell?.work === undefined ? undefined : offered.get(cell.work)
      if (chunk !== undefined) chunk.at = Date.now()
      cell?.waiters.forEach(({ onEvent }) => onEvent(event))
    }
  })

  const keptResult = async (address: string): Promise<CellResult | undefined> =>
    cellResultSchema.safeParse(await fabric.results.get(address)).data

  /** What is in no line any more, and has no result, is offered again. */
  const reconcile = async (): Promise<void> => {
    const quiet = [...offered.values()].filter(({ at }) => Date.now() - at > lookEvery)
    for (const chunk of quiet) {
      if (await fabric.has(chunk.work)) continue
      for (const address of chunk.addresses) {
        const kept = await keptResult(address)
        if (kept !== undefined) finish(address, kept)
      }
      const left = [...chunk.addresses].flatMap((address) => pending.get(address) ?? [])
      if (left.length === 0 || !offered.has(chunk.work.id)) continue
      // Together with it what it asks for may be gone.
      described.delete(chunk.line.queue)
      offer(left, chunk.work.id)
    }
  }
  let reconciling = false
  const looking = setInterval(() => {
    // It may not have been heard, or another has the cell by now.
    for (const cell of pending.values()) finishEarly(cell)
    if (reconciling) return
    reconciling = true
    void reconcile()
      .catch(() => undefined)
      .finally(() => (reconciling = false))
  }, lookEvery).unref()

  /** Nobody waits for a cell any more: whoever runs it stops. */
  const abandon = (address: string): void => {
    const work = pending.get(address)?.work
    const chunk = work === undefined ? undefined : offered.get(work)
    forget(address)
    if (chunk === undefined) return
    tellWorker('drop', chunk.work.id, address)
    if (chunk.addresses.size === 0) void fabric.drop({ run: asker, id: chunk.work.id }).catch(() => undefined)
  }

  const ask = async (request: CellRequest, waiter: Waiter): Promise<void> => {
    const { task, line, signal } = request
    const { address } = task
    const known = pending.get(address)
    if (known !== undefined) {
      known.waiters.add(waiter)
      if (known.by !== undefined) waiter.onTaken(known.by)
      return
    }
    const cell: Pending = { task, line, waiters: new Set([waiter]) }
    pending.set(address, cell)
    // Whoever takes it looks; where nobody does, what is there need not wait for somebody.
    const kept = line.workers > 0 ? undefined : await keptResult(address)
    if (kept !== undefined) return finish(address, kept)
    if (!signal.aborted) gather(cell)
  }

  return {
    run: (request) =>
      new Promise((done, failed) => {
        const { task, signal, enough } = request
        if (signal.aborted) return failed(signal.reason)
        const leave = (): void => {
          const cell = pending.get(task.address)
          cell?.waiters.delete(waiter)
          if (cell?.waiters.size === 0) abandon(task.address)
          failed(signal.reason)
        }
        const end = (): void => {
          const cell = pending.get(task.address)
          if (cell !== undefined) finishEarly(cell)
        }
        const ended = (): void => {
          signal.removeEventListener('abort', leave)
          enough.removeEventListener('abort', end)
        }
        const waiter: Waiter = {
          ...request,
          done: (outputs) => (ended(), done(outputs)),
          failed: (error) => (ended(), failed(error)),
        }
        signal.addEventListener('abort', leave, { once: true })
        enough.addEventListener('abort', end, { once: true })
        ask(request, waiter).catch((error: unknown) => fail(task.address, error))
      }),
    async [Symbol.asyncDispose]() {
      clearInterval(looking)
      clearTimeout(timer)
      stopFollowing()
      stopListening()
      if (offered.size > 0) await fabric.drop({ run: asker }).catch(() => undefined)
    },
  }
}

const nothing = { works: 0, offered: 0 }

/** What goes together: the same models, with the same haste. */
function keyOf({ queue, interactive }: Line): string {
  return `${queue} ${interactive}`
}

function addressesOf(cells: readonly Pending[]): Set<string> {
  return new Set(cells.map(({ task }) => task.address))
}

/** What the cell failed with there, as if it had failed here: errors are known by their codes. */
function asError(
  { message, code, hint, input, where, host, cause }: RunError,
  { worker }: CellWorker,
): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause })
  return Object.assign(error, { code, hint, input, where, host, worker })
}
