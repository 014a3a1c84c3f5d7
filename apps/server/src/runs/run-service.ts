import { randomUUID } from 'node:crypto'
import type {
  CellCancellation,
  QueueState,
  RunChoices,
  RunDetails,
  RunsQuery,
  RunSummary,
  RunVersions,
  WebhookDelivery,
} from '@woolgather/protocol'
import { unaskedHosts, type DownloadHosts } from '@woolgather/files'
import type { WorkerHandle } from '@woolgather/supervisor'
import {
  explainUnknownTypes,
  gatherSettled,
  planWorkflow,
  validateWorkflow,
  writtenAddresses,
  type BrokenPackage,
  type Issue,
  type NodeDescription,
  type RunError,
  type RunEvent,
  type RunEventBody,
  type RunStatus,
  type SettledCells,
  type Workflow,
  type WorkflowNode,
} from '@woolgather/workflow'
import { describeRun } from './describe-run.ts'
import { toRunError } from '../errors/to-run-error.ts'
import { holdEnds } from './hold-ends.ts'
import { createRunQueue } from './run-queue.ts'
import type { EventPage, RunStore, StoredRun } from './run-store.ts'

/** The most runs that wait; more is a program gone wild. */
const maxWaiting = 10_000

export type Submitted = { run: string; issues?: undefined } | { run?: undefined; issues: Issue[] }

export interface SubmitChoices extends RunChoices {
  /** Before all that wait. */
  next?: boolean | undefined
  /** Before all that wait with a lower one; default 0. */
  priority?: number | undefined
  /** Name of the webhook that is told of its end. */
  webhook?: string | undefined
  /** Its number, where who submits it may do so twice; default: a new one. The run that has it already is the answer. */
  run?: string | undefined
}

/** Runs from submission to history. Every event is stored before anyone is told of it. */
export interface RunService {
  submit(workflow: Workflow, choices?: SubmitChoices): Submitted
  queue(): QueueState
  /** Puts a waiting run at a place in line, 0 the next one; false where it does not wait. */
  move(run: string, place: number): boolean
  /** Begins nothing more until it is told to; also after a restart. */
  pause(paused: boolean): void
  /** Cancels every run that waits; how many they were. */
  clear(): number
  /** False where there is no such run. Cancelling a run that has ended does nothing. */
  cancel(run: string): boolean
  /** Cancels some cells of a run that is going on; the rest goes on. False where there is no such run. */
  cancelCells(run: string, cells: CellCancellation): boolean
  /**
   * Takes up an interrupted run: it waits again and goes on under its number, what it settled is kept.
   * @returns why not, where it cannot be
   */
  resume(run: string): RunError | undefined
  exists(run: string): boolean
  /** Number of its last event; undefined where there is no such run. */
  lastSeq(run: string): number | undefined
  /** Forgets a run that has ended; false where it cannot be forgotten. */
  remove(run: string): boolean
  list(query: RunsQuery): RunSummary[]
  details(run: string): RunDetails | undefined
  /** Whether it has ended, or is not known. */
  isOver(run: string): boolean
  /** Its cells that have ended. */
  settled(run: string): SettledCells
  /** Stored events after number `after`, as many as fit one message. */
  page(run: string, after: number): EventPage | undefined
  /** What is wrong with the data folder, where it could not be read or written when it was last tried. */
  trouble(): RunError | undefined
  /** Calls back whenever a run has new events to read. Returns how to stop. */
  onNews(listener: (run: string) => void): () => void
  /** Calls back whenever a run has ended. */
  onEnd(listener: (run: string) => void): void
  /** Runs that have ended, whose webhook does not know it yet. */
  untold(): string[]
  /** How telling of its end stands; undefined where nobody is to be told, or there is no such run. */
  webhook(run: string): WebhookDelivery | undefined
  /** Notes it where it can be written. */
  noteWebhook(run: string, webhook: WebhookDelivery): void
  close(): Promise<void>
}

export interface RunServiceOptions {
  store: RunStore
  worker: WorkerHandle
  descriptions: readonly NodeDescription[]
  /** Packages of nodes that were left out. */
  broken?: readonly BrokenPackage[] | undefined
  parallelRuns: number
  /** From where may be downloaded. */
  hosts: Pick<DownloadHosts, 'unasked'>
  /** Names that a run may have told of its end. */
  webhooks?: readonly string[] | undefined
  /** Of Woolgather. */
  version: string
}

export function createRunService({
  store: written,
  worker,
  descriptions,
  broken = [],
  hosts,
  parallelRuns,
  webhooks = [],
  version,
}: RunServiceOptions): RunService {
  const store = holdEnds(written)
  const listeners = new Set<(run: string) => void>()
  const endListeners: ((run: string) => void)[] = []
  const types = new Map(descriptions.map((description) => [description.type, description]))
  const waiting = new Map<string, StoredRun>()

  const record = (run: string, events: readonly RunEvent[]): void => {
    store.append(run, events)
    news(run)
    if (events.at(-1)?.type === 'run.finished') ended(run)
  }

  const news = (run: string): void => {
    for (const listener of listeners) listener(run)
  }

  const ended = (run: string): void => {
    for (const listener of endListeners) listener(run)
  }

  const nextSeq = (run: string): number => (store.lastSeq(run) ?? -1) + 1

  /** An event of the server itself. */
  const eventOf = (run: string, body: RunEventBody): RunEvent => ({
    ...body,
    run,
    seq: nextSeq(run),
    time: Date.now(),
  })

  /** Without its worker. */
  const end = (run: string, status: RunStatus, error?: RunError): void => {
    store.end(run, { type: 'run.finished', status, ...(error && { error }) })
    news(run)
    ended(run)
  }

  const queue = createRunQueue({
    parallel: parallelRuns,
    startPaused: store.paused(),
    async work(run, signal) {
      const stored = waiting.get(run)
      waiting.delete(run)
      if (stored === undefined) return
      const failed = new AbortController()
      const fail = (thrown: unknown): void => {
        if (failed.signal.aborted) return
        failed.abort()
        end(run, 'failed', toRunError(thrown))
      }
      try {
        await workOn(stored, AbortSignal.any([signal, failed.signal]), (events) => {
          if (failed.signal.aborted) return
          try {
            record(run, events)
          } catch (thrown) {
            // What cannot be kept is not gone on with: nobody could be told of it.
            fail(thrown)
          }
        })
      } catch (thrown) {
        fail(thrown)
      }
    },
  })

  const workOn = async (
    stored: StoredRun,
    signal: AbortSignal,
    onEvents: (events: readonly RunEvent[]) => void,
  ): Promise<void> => {
    const { run, workflow, targets, fresh, priority = 0 } = stored
    store.setRunning(run)
    let noted = false
    await worker.run({
      run,
      workflow,
      targets,
      fresh,
      // What may wait behind all others is waited for by nobody.
      interactive: priority >= 0,
      firstSeq: nextSeq(run),
      history: store.history(run),
      signal,
      onEvents(events) {
        // Not before: the worker may only now have started, and know which library it has.
        if (!noted) store.tryTo(() => store.setVersions(run, versionsOf(workflow)))
        noted = true
        onEvents(events)
      },
    })
  }

  const versionsOf = ({ nodes, subgraphs = {} }: Workflow): RunVersions => {
    const all = [nodes, ...Object.values(subgraphs).map((subgraph) => subgraph.nodes)].flatMap(Object.values)
    const known = all.flatMap(({ type }: WorkflowNode) => {
      const version = types.get(type)?.version
      return version === undefined ? [] : [[type, version] as const]
    })
    const { build } = worker.status
    return {
      woolgather: version,
      ...(build !== undefined && { llama: build }),
      nodes: Object.fromEntries(known),
    }
  }

  const enqueue = (stored: StoredRun, place = queue.list().waiting.length): void => {
    waiting.set(stored.run, stored)
    const last = queue.list().waiting.length
    queue.add(stored.run, place)
    if (place < last) keepOrder()
  }

  /** It holds while the server runs; that it holds afterwards, too, is worth no failure. */
  const keepOrder = (): void => store.tryTo(() => store.setOrder(queue.list().waiting))

  /** Behind all that wait with at least its priority. */
  const placeFor = (priority: number): number => {
    const line = queue.list().waiting
    const place = line.findIndex((run) => (waiting.get(run)?.priority ?? 0) < priority)
    return place === -1 ? line.length : place
  }

  const move = (run: string, place: number): boolean => {
    if (!queue.move(run, place)) return false
    keepOrder()
    return true
  }

  const cancel = (run: string): boolean => {
    if (queue.cancel(run) === 'removed') {
      waiting.delete(run)
      end(run, 'cancelled')
    }
    return store.lastSeq(run) !== undefined
  }

  for (const { status, ...stored } of store.unfinished()) {
    if (status === 'queued') enqueue(stored)
    else end(stored.run, 'interrupted', interrupted)
  }

  return {
    submit(workflow, { targets, fresh, next = false, priority = 0, webhook, run = randomUUID() } = {}) {
      if (store.lastSeq(run) !== undefined) return { run }
      if (webhook !== undefined && !webhooks.includes(webhook))
        return { issues: [unknownWebhook(webhook, webhooks)] }
      const issues = explainUnknownTypes(findIssues({ workflow, types, targets, hosts }), broken)
      if (issues.length > 0) return { issues }
      if (waiting.size >= maxWaiting) return { issues: [queueFull] }
      const stored: StoredRun = {
        run,
        workflow,
        ...(targets && { targets }),
        ...(fresh && { fresh }),
        priority,
        ...(webhook !== undefined && { webhook: { name: webhook, state: 'pending', attempts: 0 } }),
      }
      store.add(stored, { type: 'run.queued', run, seq: 0, time: Date.now() })
      enqueue(stored, next ? 0 : placeFor(priority))
      return { run }
    },
    queue: () => ({ paused: store.paused(), ...queue.list() }),
    move,
    pause(paused) {
      store.setPaused(paused)
      queue.pause(paused)
    },
    clear() {
      const { waiting: all } = queue.list()
      for (const run of all) cancel(run)
      return all.length
    },
    cancel,
    cancelCells(run, cells) {
      worker.cancelCells(run, cells)
      return store.lastSeq(run) !== undefined
    },
    resume(run) {
      const status = store.status(run)
      if (status === undefined)
        return { code: 'run-not-found', message: `There is no run “${run.slice(0, 100)}”.` }
      if (status !== 'interrupted') return notResumable(run, status)
      const stored = store.find(run) as StoredRun
      record(run, [eventOf(run, { type: 'run.queued' })])
      enqueue(stored)
      return undefined
    },
    remove: (run) => store.remove(run),
    exists: (run) => store.lastSeq(run) !== undefined,
    lastSeq: (run) => store.lastSeq(run),
    list: (query) => store.list(query),
    details(run) {
      const summary = store.summary(run)
      const stored = store.find(run)
      if (summary === undefined || stored === undefined) return undefined
      return describeRun(summary, stored, store.history(run))
    },
    isOver(run) {
      const status = store.status(run)
      return status !== 'queued' && status !== 'running'
    },
    settled(run) {
      const settled = gatherSettled()
      for (const event of store.history(run)) settled.add(event)
      return settled.cells
    },
    page: (run, after) => store.page(run, after),
    trouble: () => store.trouble(),
    onNews(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onEnd: (listener) => void endListeners.push(listener),
    untold: () => store.untold(),
    webhook: (run) => store.find(run)?.webhook,
    noteWebhook: (run, webhook) => store.tryTo(() => store.setWebhook(run, webhook)),
    async close() {
      await queue.close()
      store.stop()
    },
  }
}

interface ToCheck extends Pick<RunServiceOptions, 'hosts'> {
  workflow: Workflow
  types: ReadonlyMap<string, NodeDescription>
  targets: string[] | undefined
}

function findIssues({ workflow, types, targets, hosts }: ToCheck): Issue[] {
  const issues = validateWorkflow(workflow, types, { targets })
  if (issues.length > 0) return issues
  const planned = planWorkflow(workflow, types, targets ? { targets } : {})
  return planned.issues ?? unaskedHosts(writtenAddresses(planned.plan), hosts)
}

const interrupted: RunError = {
  code: 'worker-lost',
  message: 'The server stopped while this run was going on.',
  hint: 'Resume it: what it had finished is kept.',
}

function notResumable(run: string, status: string): RunError {
  return {
    code: 'run-not-resumable',
    message: `Run “${run}” is ${status}; only an interrupted one can be resumed.`,
    hint: 'Submit its workflow again: what has not changed comes from the cache.',
  }
}

function unknownWebhook(name: string, known: readonly string[]): Issue {
  return {
    code: 'unknown-webhook',
    message: `This server has no webhook “${name}”.`,
    hint:
      known.length === 0
        ? 'Its owner names the addresses: `woolgather serve --webhook name=https://…`.'
        : `It has ${known.map((other) => `“${other}”`).join(', ')}.`,
  }
}

const queueFull: Issue = {
  code: 'queue-full',
  message: `${maxWaiting} runs are waiting already.`,
  hint: 'Wait until some have ended, or cancel them.',
}
