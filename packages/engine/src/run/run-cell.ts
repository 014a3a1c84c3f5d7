import { setMaxListeners } from 'node:events'
import {
  WoolgatherError,
  type Json,
  type NodeDescription,
  type PlanNode,
  type Readers,
  type Workflow,
} from '@woolgather/workflow'
import { toJson } from '../values/content.ts'
import type { Inputs, NodeContext, NodeDefinition, RunInputs } from '../nodes/define-node.ts'
import type { EventStream } from './event-stream.ts'
import { UpstreamError } from './run-error.ts'
import type { Cell, RunInputValues, Skip } from './cell.ts'

/** How an attempt to run a cell ended. */
export type Outcome =
  | { kind: 'done'; outputs: Record<string, Json>; milliseconds: number }
  | { kind: 'failed'; thrown: unknown }
  | { kind: 'skipped'; skip: Skip }

export interface CellRun<Services> {
  cell: Cell
  definition: NodeDefinition<Services>
  inputs: RunInputValues
  services: Services
  workflow: Workflow
  /** Whether the author of the workflow wrote what an input of this cell gets. */
  written: (input: string) => boolean
  events: EventStream
  seed: number
  iteration: number
  /** Milliseconds a node is given to end after it was told to; then it is given up. */
  graceMs: number
}

/** A cell being run: it ends once, whatever the node does. */
export interface RunningCell {
  /** Tells the node to stop; the cell fails with `reason` as soon as it does, or when its grace is over. */
  abort(reason: unknown): void
  /** Tells it to end with what it has so far; one that knows nothing of that goes on. */
  finish(): void
}

const nobody: Readers = { types: [] }

function isTyped({ literals, links }: PlanNode, input: string): boolean {
  return Object.hasOwn(literals, input) && !links.some((link) => link.input === input)
}

/** Codes of errors that would be the same the next time. */
const lasting: ReadonlySet<string> = new Set([
  'cancelled',
  'invalid-input',
  'invalid-output',
  'unknown-output',
])

/** Runs a cell, again where its definition says so, and calls `ended` once; synchronously where the node is. */
export function runCell<Services>(run: CellRun<Services>, ended: (outcome: Outcome) => void): RunningCell {
  const { cell, definition, inputs } = run
  const { timeoutMs, retry } = definition
  const path = cell.owner.plan.path
  let controller: AbortController | undefined
  let finishing: AbortController | undefined
  let verdict: { thrown: unknown } | undefined
  let over = false
  let attempt = 1
  let timeout: NodeJS.Timeout | undefined
  let waiting: NodeJS.Timeout | undefined
  let grace: NodeJS.Timeout | undefined
  let began = performance.now()

  const end = (outcome: Outcome): void => {
    if (over) return
    over = true
    clearTimeout(timeout)
    clearTimeout(waiting)
    clearTimeout(grace)
    ended(outcome)
  }
  const abort = (thrown: unknown): void => {
    if (over || verdict !== undefined) return
    verdict = { thrown }
    controller?.abort(thrown)
    if (waiting !== undefined) end({ kind: 'failed', thrown })
    else grace = setTimeout(() => end({ kind: 'failed', thrown }), run.graceMs)
  }
  const fail = (thrown: unknown): void => {
    if (over) return
    clearTimeout(timeout)
    if (thrown instanceof UpstreamError) return end({ kind: 'skipped', skip: thrown.skip })
    if (codeOf(thrown) === 'upstream-failed') {
      const reason = (thrown as Error).message
      return end({ kind: 'skipped', skip: { reason, because: 'failed', node: undefined } })
    }
    const ends =
      retry === undefined || attempt >= retry.attempts || lasting.has(codeOf(verdict?.thrown ?? thrown))
    if (ends) return end({ kind: 'failed', thrown: verdict?.thrown ?? thrown })
    clearTimeout(grace)
    verdict = undefined
    controller = undefined
    waiting = setTimeout(begin, retry.delayMs * 2 ** (attempt - 1))
    context.progress(attempt, retry.attempts, 'attempts')
    attempt++
  }
  const succeed = (result: unknown): void => {
    if (over) return
    if (verdict !== undefined) return fail(verdict.thrown)
    try {
      const outputs = readOutputs(cell.owner.plan.description, result)
      end({ kind: 'done', outputs, milliseconds: performance.now() - began })
    } catch (error) {
      fail(error)
    }
  }
  const begin = (): void => {
    if (over) return
    waiting = undefined
    began = performance.now()
    if (timeoutMs !== undefined) timeout = setTimeout(() => abort(timedOut(path, timeoutMs)), timeoutMs)
    try {
      const result = definition.run(inputs as RunInputs<Inputs>, context)
      if (isPromise(result)) result.then(succeed, fail)
      else succeed(result)
    } catch (error) {
      fail(error)
    }
  }
  const at = cell.owner.space.at(cell.point)
  const context: NodeContext<Services> = {
    services: run.services,
    // made when asked for: most nodes end before anyone could cancel them
    get signal() {
      if (controller === undefined) {
        controller = new AbortController()
        // A node may generate many texts at once, each of which listens.
        setMaxListeners(0, controller.signal)
        if (verdict !== undefined) controller.abort(verdict.thrown)
      }
      return controller.signal
    },
    get enough() {
      finishing ??= new AbortController()
      return finishing.signal
    },
    seed: run.seed,
    iteration: run.iteration,
    node: path,
    at,
    readers: cell.owner.plan.readers ?? nobody,
    typed: (input) => isTyped(cell.owner.plan, input),
    written: run.written,
    workflow: run.workflow,
    progress: (done, total, unit) => {
      if (!over) run.events.progress(cell, path, at, done, total, unit)
    },
    token: (text, logprobs = []) => {
      if (!over) run.events.token(cell, path, at, { text, logprobs: logprobs as Json[] })
    },
    taken: (by) => {
      if (!over) run.events.sendFor(cell, { type: 'cell.taken', node: path, at, by })
    },
    chart: (chart) => {
      if (!over) run.events.chart(cell, path, at, chart)
    },
    canvas: (step) => {
      if (!over) run.events.canvas(cell, path, at, step)
    },
  }
  const finish = (): void => {
    finishing ??= new AbortController()
    finishing.abort()
  }
  begin()
  return { abort, finish }
}

function timedOut(path: string, timeoutMs: number): WoolgatherError {
  return new WoolgatherError('timeout', `\`${path}\` took longer than ${timeoutMs / 1000} s.`)
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}

function codeOf(thrown: unknown): string {
  const { code } = (thrown ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/**
 * What a node returned, as its description promises it.
 * @throws WoolgatherError invalid-output
 */
function readOutputs(description: NodeDescription, result: unknown): Record<string, Json> {
  if (typeof result !== 'object' || result === null) {
    throw new WoolgatherError('invalid-output', 'The node returned no object of outputs.')
  }
  const given = result as Record<string, unknown>
  const outputs: Record<string, Json> = {}
  let length: number | undefined
  const read = (name: string, spreads: boolean): void => {
    const value = toJson(given[name], name)
    outputs[name] = value
    if (!spreads) return
    if (!Array.isArray(value))
      throw new WoolgatherError(
        'invalid-output',
        `Output \`${name}\` must be a list, to be spread along an axis.`,
      )
    if (length !== undefined && length !== value.length) {
      throw new WoolgatherError(
        'invalid-output',
        `Outputs spread along one axis must be equally long; \`${name}\` has ${value.length} items, not ${length}.`,
      )
    }
    length = value.length
  }
  for (const { name, spreads } of description.outputs) read(name, spreads === true)
  if (description.dynamicOutputs !== undefined) {
    const spreads = description.dynamicOutputs.spreads === true
    for (const name of Object.keys(given)) if (!Object.hasOwn(outputs, name)) read(name, spreads)
  }
  return outputs
}
