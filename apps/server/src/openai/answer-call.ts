import type { ArtifactStore } from '@woolgather/engine'
import {
  apiOutputs,
  isArtifactRef,
  isLink,
  type OutputValue,
  type RunError,
  type RunEvent,
  type Workflow,
} from '@woolgather/workflow'
import type { RunService } from '../runs/run-service.ts'

export interface Answer {
  text: string
  finishReason: 'stop' | 'length'
}

export interface AnswerOptions {
  runs: RunService
  artifacts: ArtifactStore
  workflow: Workflow
  signal: AbortSignal
  /** Called with pieces of the answer as they are generated; together they are the answer. */
  onText: (text: string) => void
}

/** A run that gave no answer, and why. */
export class CallError extends Error {
  readonly error: RunError
  readonly status: number

  constructor(error: RunError, status = 500) {
    super(error.message)
    this.name = 'CallError'
    this.error = error
    this.status = status
  }
}

/**
 * Runs a workflow up to its first `api/output` and gives its value as text. Where a node generates it and nothing
 * changes it on the way, its tokens are passed on as they come.
 * @throws CallError
 */
export async function answerCall(options: AnswerOptions): Promise<Answer> {
  const { runs, workflow, signal, onText } = options
  const [output] = apiOutputs(workflow)
  if (output === undefined) throw new CallError({ code: 'internal', message: 'There is no output.' })
  const submitted = runs.submit(workflow, { targets: [output.node] })
  if (submitted.issues) {
    const [issue] = submitted.issues
    throw new CallError(issue ?? { code: 'invalid-workflow', message: 'The workflow is not valid.' }, 400)
  }
  const { run } = submitted
  const cancel = (): void => void runs.cancel(run)
  signal.addEventListener('abort', cancel, { once: true })
  if (signal.aborted) cancel()

  const source = sourceOf(workflow, output.node)
  let sent = ''
  let generated = ''
  let value: OutputValue | undefined
  let finishReason: Answer['finishReason'] = 'stop'
  let failure: RunError | undefined
  const pass = (text: string): void => {
    if (text.length <= sent.length || !text.startsWith(sent)) return
    onText(text.slice(sent.length))
    sent = text
  }
  const follow = (event: RunEvent): void => {
    if (event.type === 'cell.failed') failure ??= event.error
    if (event.type === 'run.finished') failure ??= event.error
    if (!('node' in event) || Object.keys(event.at).length > 0) return
    const ended = event.type === 'cell.finished' || event.type === 'cell.cached'
    if (event.node === output.node && ended) value = event.outputs['value']
    if (event.node !== source) return
    // Begun again after a crash: what was sent is not sent twice.
    if (event.type === 'cell.started') generated = ''
    if (event.type === 'cell.token') pass((generated += event.text))
    if (ended && cutShort.has(event.outputs['stopReason'])) finishReason = 'length'
  }
  try {
    await followRun(runs, run, follow)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
  if (value === undefined) {
    throw new CallError(failure ?? { code: 'cancelled', message: 'The run ended without an answer.' })
  }
  const text = await textOf(value, options.artifacts)
  pass(text)
  return { text, finishReason }
}

/** Reasons of `generation/generate` to stop before the text was over. */
const cutShort: ReadonlySet<unknown> = new Set(['length', 'incomplete'])

/** The node whose generated text the output is, where it is linked to it directly. */
function sourceOf(workflow: Workflow, output: string): string | undefined {
  const link = workflow.nodes[output]?.links?.['value']
  if (link === undefined || !isLink(link)) return undefined
  const [node, name] = link
  return name === 'text' ? node : undefined
}

/** Calls back with every event of a run; resolves when it has ended. */
function followRun(runs: RunService, run: string, follow: (event: RunEvent) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let cursor = -1
    const read = (): void => {
      try {
        readOn()
      } catch (thrown) {
        stop()
        reject(thrown as Error)
      }
    }
    const readOn = (): void => {
      for (let page = runs.page(run, cursor); page !== undefined; page = runs.page(run, cursor)) {
        cursor = page.to
        for (const text of page.texts) {
          const event = JSON.parse(text) as RunEvent
          follow(event)
          if (event.type !== 'run.finished') continue
          stop()
          return resolve()
        }
      }
    }
    const stop = runs.onNews((news) => news === run && read())
    read()
  })
}

async function textOf(value: OutputValue, artifacts: ArtifactStore): Promise<string> {
  if (typeof value === 'string') return value
  if (!isArtifactRef(value)) return JSON.stringify(value)
  const bytes = await artifacts.get(value.artifact)
  if (bytes === undefined)
    throw new CallError({ code: 'internal', message: 'The answer is no longer there.' })
  return new TextDecoder().decode(bytes)
}
