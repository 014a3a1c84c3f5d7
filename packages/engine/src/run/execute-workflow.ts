import { randomBytes, randomInt } from 'node:crypto'
import {
  planWorkflow,
  validateWorkflow,
  withSeeds,
  type CellChoice,
  type Coordinate,
  type Issue,
  type Plan,
  type RunEvent,
  type Workflow,
} from '@woolgather/workflow'
import type { ArtifactStore } from '../cache/artifact-store.ts'
import type { CellCache } from '../cache/cell-cache.ts'
import { sha256 } from '../values/content.ts'
import { EventStream } from './event-stream.ts'
import type { Registry } from '../nodes/registry.ts'
import { toRunError } from './run-error.ts'
import { downstreamOf } from './downstream.ts'
import type { EarlierAttempt } from './earlier-attempt.ts'
import { CellRunner } from './cell-runner.ts'
import type { CellServices } from './cell-services.ts'
import type { Holding } from './holdings.ts'
import type { RunResult } from './run-result.ts'
import type { Concurrency } from './slots.ts'

export interface ExecuteOptions<Services> {
  workflow: Workflow
  registry: Registry<Services>
  /** What nodes are handed as `context.services`. */
  services: Services
  /** What one cell with a fingerprint is handed instead, where a cache is there. */
  forCell?: (() => CellServices<Services>) | undefined
  /** Told before cells begin that hold other things than those before them (`holds` of their definition). */
  onHold?: ((holding: Holding) => void) | undefined
  /** Id of the run; absent: a random one. */
  run?: string | undefined
  /** Instance paths to run, with all they need; absent: every node that nothing links from. */
  targets?: readonly string[] | undefined
  signal?: AbortSignal | undefined
  emit?: ((event: RunEvent) => void) | undefined
  /** Cells at once, in all or per resource of a definition; default 32 for each. */
  concurrency?: Concurrency | undefined
  /** Seeds of nodes without one, as an earlier run drew them. */
  seeds?: Readonly<Record<string, number>> | undefined
  /** Keeps outputs over 1 KiB; absent: they travel in events whole. */
  artifacts?: ArtifactStore | undefined
  cache?: CellCache | undefined
  /** What tells the code that computes from any other: a result that is kept is one of this code. */
  code?: string | undefined
  /** Cells one node may come to; default 10,000. */
  cellLimit?: number | undefined
  /** Milliseconds a node is given to end once cancelled; default 2,000. */
  graceMs?: number | undefined
  /** Cells to run although the cache may hold their results; what comes out replaces them there. */
  fresh?: readonly CellChoice[] | undefined
  /** An attempt at this same run whose process ended: what it settled is not run or told again. */
  earlier?: EarlierAttempt | undefined
}

/** A run under way. */
export interface Run {
  id: string
  /** Never rejects: whatever goes wrong is in it. */
  result: Promise<RunResult>
  cancel(): void
  /** Cancels cells of one node: all, or those at coordinates that agree with `at`. */
  cancelCell(node: string, at?: Coordinate): void
  /** Has cells of one node that are under way end with what they have so far, where the node can. */
  finishCell(node: string, at?: Coordinate): void
  /** Cancels cells of a node and everything that depends on it. */
  cancelBranch(node: string, at?: Coordinate): void
}

/** Runs a workflow and returns when it has ended. See `startRun` to have a hand on it meanwhile. */
export function executeWorkflow<Services>(options: ExecuteOptions<Services>): Promise<RunResult> {
  return startRun(options).result
}

/** The events of a run as they come; returns its result. Leaving the loop early cancels the run. */
export async function* runEvents<Services>(
  options: ExecuteOptions<Services>,
): AsyncGenerator<RunEvent, RunResult> {
  const waiting: RunEvent[] = []
  let wake: () => void = () => undefined
  const run = startRun({
    ...options,
    emit: (event) => {
      waiting.push(event)
      options.emit?.(event)
      wake()
    },
  })
  let result: RunResult | undefined
  void run.result.then((value) => {
    result = value
    wake()
  })
  try {
    while (result === undefined || waiting.length > 0) {
      const events = waiting.splice(0)
      if (events.length > 0) yield* events
      else await new Promise<void>((resolve) => (wake = resolve))
    }
    return result
  } finally {
    run.cancel()
  }
}

/**
 * Begins a run. Nodes the document gets wrong fail as cells and the rest runs; `validateWorkflow` beforehand is for
 * those who would rather not begin.
 */
export function startRun<Services>(options: ExecuteOptions<Services>): Run {
  const id = options.run ?? randomBytes(6).toString('base64url')
  const events = new EventStream(id, options.emit ?? (() => undefined))
  const planned = plan(options)
  if ('issues' in planned) return refusedRun(id, events, planned.issues)
  options.cache?.refresh()
  const seeds = drawSeeds(planned.plan, options.seeds ?? {})
  const runner = new CellRunner({
    plan: planned.plan,
    registry: options.registry,
    services: options.services,
    forCell: options.forCell,
    onHold: options.onHold,
    workflow: withSeeds(options.workflow, seeds),
    events,
    seeds,
    concurrency: options.concurrency,
    artifacts: options.artifacts,
    cache: options.cache,
    code: options.code,
    scope: options.cache === undefined ? '' : scopeOf(options.workflow),
    cellLimit: options.cellLimit ?? 10_000,
    graceMs: options.graceMs ?? 2_000,
    earlier: options.earlier,
    fresh: options.fresh ?? [],
  })
  const cells = planned.plan.nodes.filter((node) => node.axes.length === 0 && node.role === 'node').length
  // in a turn of its own: who cancels may be in the middle of being told something
  const cancel = (): void => queueMicrotask(() => runner.cancel())
  const cancelCells = (nodes: ReadonlySet<number>, at: Coordinate): void =>
    queueMicrotask(() => runner.cancelCells(nodes, at))
  if (options.signal?.aborted === true) cancel()
  else options.signal?.addEventListener('abort', cancel, { once: true })
  const indices = (node: string): number[] =>
    planned.plan.nodes.flatMap((known) => (known.path === node ? [known.index] : []))
  // begins when whoever started it has it in hand
  const running = Promise.resolve().then(() => {
    events.send({ type: 'run.started', cells, seeds })
    return runner.start()
  })
  return {
    id,
    result: finish(running, events, options, { cancel, kept: () => runner.kept() }),
    cancel,
    cancelCell: (node, at = {}) => cancelCells(new Set(indices(node)), at),
    finishCell: (node, at = {}) => queueMicrotask(() => runner.finishCells(new Set(indices(node)), at)),
    cancelBranch: (node, at = {}) => cancelCells(downstreamOf(planned.plan, indices(node)), at),
  }
}

function plan<Services>(options: ExecuteOptions<Services>): { plan: Plan } | { issues: Issue[] } {
  const { workflow, targets } = options
  const { descriptions } = options.registry
  try {
    // each node with an issue fails by itself, so all of them are asked for
    const issues = validateWorkflow(workflow, descriptions, { targets, most: Infinity })
    const planned = planWorkflow(workflow, descriptions, { targets, issues })
    return planned.issues === undefined ? { plan: planned.plan } : { issues: planned.issues }
  } catch (error) {
    const { code, message } = toRunError(error, { node: '', at: {} })
    return { issues: [{ code: code === 'node-failed' ? 'internal' : code, message }] }
  }
}

async function finish<Services>(
  running: Promise<RunResult>,
  events: EventStream,
  options: ExecuteOptions<Services>,
  { cancel, kept }: { cancel: () => void; kept: () => Promise<void> },
): Promise<RunResult> {
  const result = await running
  options.signal?.removeEventListener('abort', cancel)
  await kept()
  await options.cache?.flush().catch(() => undefined)
  events.flush()
  const [error] = result.errors
  const told = result.status === 'failed' && error !== undefined ? { error } : {}
  events.send({ type: 'run.finished', status: result.status, ...told })
  return result
}

function refusedRun(id: string, events: EventStream, issues: readonly Issue[]): Run {
  const [error] = issues
  const nothing = (): void => undefined
  const result = Promise.resolve().then((): RunResult => {
    events.send({ type: 'run.started', cells: 0, seeds: {} })
    events.send({ type: 'run.finished', status: 'failed', ...(error === undefined ? {} : { error }) })
    return { status: 'failed', outputs: {}, errors: [...issues] }
  })
  return { id, result, cancel: nothing, cancelCell: nothing, finishCell: nothing, cancelBranch: nothing }
}

/**
 * What tells workflows apart that have one name (most are never given one): which nodes they are made of. The same
 * workflow with other literals, links or modes is the same workflow.
 */
function scopeOf({ name, nodes, subgraphs = {} }: Workflow): string {
  const typesIn = (scope: Workflow['nodes']): string[] =>
    Object.entries(scope).map(([id, node]) => `${id}\0${node.type}`)
  const inner = Object.entries(subgraphs).flatMap(([id, subgraph]) => [id, ...typesIn(subgraph.nodes)])
  return sha256([name, ...typesIn(nodes).sort(), ...inner.sort()].join('\0'))
}

/** One seed for each node that has a `seed` input and nothing in it: the same in every cell, so that only the axis differs. */
export function drawSeeds(
  planned: Plan,
  given: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const seeds: Record<string, number> = {}
  for (const node of planned.nodes) {
    // One with a default has a seed already: drawing another would only be told, not used.
    const has = node.description.inputs.some(
      (input) => input.name === 'seed' && input.type === 'integer' && input.default === undefined,
    )
    const set = Object.hasOwn(node.literals, 'seed') || node.links.some((link) => link.input === 'seed')
    if (!has || set || node.path in seeds) continue
    seeds[node.path] = given[node.path] ?? randomInt(2 ** 32)
  }
  return seeds
}
