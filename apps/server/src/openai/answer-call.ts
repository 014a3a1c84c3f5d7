import type { ArtifactStore } from '@woolgather/engine'
import {
  apiOutputs,
  readWarnings,
  resolveOutput,
  typeAt,
  type Descriptions,
  type ReadArtifact,
  type OutputValue,
  type RunError,
  type RunEvent,
  type Workflow,
} from '@woolgather/workflow'
import type { RunService } from '../runs/run-service.ts'
import { generatorOf } from './bind-call.ts'
import { CallError } from './call-error.ts'

export interface Answer {
  text: string
  finishReason: 'stop' | 'length'
  usage: Usage
  /** Of each token, as the node that generated them tells it; empty where nobody asked. */
  logprobs: TokenLogprob[]
  /** What its nodes warned of, each sentence once: keywords of a schema that assert nothing, say. */
  warnings: string[]
}

/** Tokens that all nodes of the run read and wrote together. */
export interface Usage {
  prompt: number
  completion: number
}

/** As `generation/generate` gives it. */
export interface TokenLogprob {
  text: string
  logprob: number
  alternatives: { text: string; logprob: number }[]
}

export interface AnswerOptions {
  runs: RunService
  artifacts: ArtifactStore
  workflow: Workflow
  types: Descriptions
  signal: AbortSignal
  /**
   * Called with pieces of the answer as they are generated, which together are the answer, and what is told of their
   * tokens; the answer tells it of all.
   */
  onText: (text: string, logprobs: readonly TokenLogprob[]) => void
}

/**
 * Runs a workflow up to its first `api/output` and gives its value as text. Where a node generates it and nothing
 * changes it on the way, its tokens are passed on as they come.
 * @throws CallError, WoolgatherError
 */
export async function answerCall(options: AnswerOptions): Promise<Answer> {
  const { runs, workflow, signal, onText } = options
  const [output] = apiOutputs(workflow)
  if (output === undefined) throw new CallError({ code: 'invalid-workflow', message: 'There is no output.' })
  const submitted = runs.submit(workflow, { targets: [output.node] })
  if (submitted.issues) {
    const [issue] = submitted.issues
    throw new CallError(issue ?? { code: 'invalid-workflow', message: 'The workflow is not valid.' })
  }
  const { run } = submitted
  const cancel = (): void => void runs.cancel(run)
  signal.addEventListener('abort', cancel, { once: true })
  if (signal.aborted) cancel()

  const source = generatorOf(workflow)
  let sent = ''
  let generated = ''
  let value: OutputValue | undefined
  let finishReason: Answer['finishReason'] = 'stop'
  let told: OutputValue | undefined
  let heard: TokenLogprob[] = []
  let passed = 0
  const usage: Usage = { prompt: 0, completion: 0 }
  const warned: OutputValue[] = []
  let failure: RunError | undefined
  const pass = (text: string): void => {
    if (text.length <= sent.length || !text.startsWith(sent)) return
    onText(text.slice(sent.length), heard.slice(passed))
    sent = text
    passed = Math.max(passed, heard.length)
  }
  /** Whatever it is that reads and writes tokens. */
  const count = ({ promptTokens, tokens }: Record<string, OutputValue>): void => {
    if (typeof promptTokens !== 'number') return
    usage.prompt += promptTokens
    if (typeof tokens === 'number') usage.completion += tokens
  }
  const follow = (event: RunEvent): void => {
    if (event.type === 'cell.failed') failure ??= event.error
    if (event.type === 'run.finished') failure ??= event.error
    const ended = event.type === 'cell.finished' || event.type === 'cell.cached'
    if (ended) {
      count(event.outputs)
      if (warned.length < mostWarned) warned.push(...warningsOf(event, options))
    }
    if (!('node' in event) || Object.keys(event.at).length > 0) return
    if (event.node === output.node && ended) value = event.outputs['value']
    if (event.node !== source) return
    // Begun again after a crash: what was sent is not sent twice.
    if (event.type === 'cell.started') [generated, heard] = ['', []]
    if (event.type === 'cell.token') {
      heard.push(...((event.logprobs ?? []) as unknown as TokenLogprob[]))
      pass((generated += event.text))
    }
    if (!ended) return
    told = event.outputs['logprobs']
    if (cutShort.has(event.outputs['stopReason'])) finishReason = 'length'
  }
  try {
    await followRun(runs, run, follow)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
  if (value === undefined) {
    throw new CallError(failure ?? { code: 'cancelled', message: 'The run ended without an answer.' })
  }
  const read: ReadArtifact = (hash) => options.artifacts.get(hash)
  const given = await resolveOutput(value, read)
  const text = typeof given === 'string' ? given : JSON.stringify(given)
  const logprobs = told === undefined ? [] : ((await resolveOutput(told, read)) as unknown as TokenLogprob[])
  heard = logprobs
  pass(text)
  return { text, finishReason, usage, logprobs, warnings: await tellWarnings(warned, read) }
}

/** Cells whose warnings are told: each of a sweep has its own. */
const mostWarned = 20

/** What a node of the workflow, or of a subgraph in it, gave at outputs that warn. */
function warningsOf(
  { node, outputs }: { node: string; outputs: Record<string, OutputValue> },
  { workflow, types }: Pick<AnswerOptions, 'workflow' | 'types'>,
): OutputValue[] {
  const description = types.get(typeAt(workflow, node) ?? '')
  return (description?.outputs ?? []).flatMap(({ name, warns }) =>
    warns === true && outputs[name] !== undefined ? [outputs[name]] : [],
  )
}

async function tellWarnings(warned: readonly OutputValue[], read: ReadArtifact): Promise<string[]> {
  const lists = await Promise.all(warned.map(async (value) => await resolveOutput(value, read)))
  return [...new Set(lists.flatMap(readWarnings).map(({ message }) => message))]
}

/** Reasons of `generation/generate` to stop before the text was over. */
const cutShort: ReadonlySet<unknown> = new Set(['length', 'context', 'incomplete'])

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
