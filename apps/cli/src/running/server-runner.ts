import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { AnswerError, createAsk, type Ask } from '@woolgather/protocol'
import type { RunRequest } from '@woolgather/supervisor'
import { withSeeds, type NodeDescription, type RunStatus } from '@woolgather/workflow'
import { CliError } from '../io/cli-error.ts'
import { followTogether } from './follow-together.ts'
import { submitTogether } from './submit-together.ts'

/** There is no use in asking this server for anything now. */
export class ServerGone extends CliError {}

/** A server that runs workflows in place of a worker of one's own. */
export interface ServerRunner {
  descriptions(): Promise<NodeDescription[]>
  /** Resolves when the run has ended there. Lost connections are tried again. */
  run(request: RunRequest): Promise<RunStatus>
  readArtifact(hash: string): Promise<Uint8Array | undefined>
  /** Forgets the oldest runs beyond a time or size. @returns how many */
  clean(keep: string): Promise<number>
  /** Lets it download from a host. */
  allowHost(host: string): Promise<void>
  close(): Promise<void>
  kill(): Promise<void>
}

/** How often a server that does not answer is asked again, a second apart. */
const defaultPatience = 30

/** What a proxy answers while the server behind it is away. */
const awayStatuses = [502, 503, 504]
const tooManyRequests = 429

/**
 * @param url as the server prints it; a `?token=…` in it is used
 * @param options.token what the server wants to be told; default `WOOLGATHER_TOKEN`
 * @param options.patience how often a server that does not answer is asked, a second apart
 * @param options.priority behind or before what others have it run, default 0
 * @param options.webhook which of its webhooks is told when a run has ended
 */
export function createServerRunner(
  url: string,
  {
    token = process.env['WOOLGATHER_TOKEN'],
    patience = defaultPatience,
    webhook,
    priority,
  }: {
    token?: string | undefined
    patience?: number
    webhook?: string | undefined
    priority?: number | undefined
  } = {},
): ServerRunner {
  const base = readUrl(url)
  const known = base.searchParams.get('token') ?? token
  const headers: Record<string, string> =
    known === null || known === undefined ? {} : { authorization: `Bearer ${known}` }
  const closed = new AbortController()
  // A batch waits for hundreds of runs at once.
  setMaxListeners(0, closed.signal)

  const askWith = (more: { headers?: Record<string, string>; signal?: AbortSignal } = {}): Ask =>
    createAsk({
      url: base.origin + base.pathname.replace(/\/+$/, ''),
      ...more,
      headers: { ...headers, ...more.headers },
    })
  const ask = askWith()

  /** One answer, after waiting for as long as the server says; a batch can wait. */
  const patiently = async <Answer>(question: () => Promise<Answer>): Promise<Answer> => {
    for (;;) {
      try {
        return await question()
      } catch (error) {
        if (!(error instanceof AnswerError)) throw error
        if (awayStatuses.includes(error.status)) throw error
        if (error.status !== tooManyRequests) throw refusal(base, error)
        await delay((error.retryAfter ?? 1) * 1_000, undefined, { signal: closed.signal })
      }
    }
  }

  /** Asks until there is a whole answer: a server that restarts is back soon. */
  const insist = async <Answer>(question: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await patiently(question)
      } catch (error) {
        if (error instanceof CliError) throw error
        if (attempt >= patience || closed.signal.aborted || signal?.aborted) throw unreachable(base)
        await delay(1_000)
      }
    }
  }

  const submit = submitTogether(async ({ workflow, targets, rows, signal }) => {
    const body = { workflow, rows, ...(targets && { targets }), webhook, priority }
    // Where an answer is lost, the rows were perhaps taken: the same are asked for again, not others.
    const once = askWith({ headers: { 'idempotency-key': randomUUID() } })
    return (await insist(() => once('submitRange', { body }), signal)).runs
  })

  const follow = followTogether(async (runs, wait, renewed) => {
    const signal = AbortSignal.any([renewed, closed.signal])
    return (await insist(() => askWith({ signal })('followRuns', { body: { runs, wait } }), signal)).runs
  })

  const followRun = async (run: string, { onEvents }: RunRequest): Promise<RunStatus> => {
    let status: RunStatus | undefined
    await follow(run, (events) => {
      const last = events.at(-1)
      if (last?.type === 'run.finished') status = last.status
      onEvents(events)
    })
    if (status !== undefined) return status
    throw new CliError([{ code: 'run-not-found', message: `The server does not know the run “${run}”.` }])
  }

  return {
    descriptions: () => patiently(() => ask('nodes')).catch(explain(base)),
    async run(asked) {
      const { workflow, targets, seeds, signal } = asked
      if (signal?.aborted) return 'cancelled'
      if (signal) setMaxListeners(0, signal)
      const accepted = await submit({ workflow: withSeeds(workflow, seeds ?? {}), targets, signal })
      if ('error' in accepted) throw new CliError([accepted.error])
      const { run } = accepted
      const cancel = (): void => void patiently(() => ask('cancelRun', { id: run })).catch(() => {})
      signal?.addEventListener('abort', cancel, { once: true })
      if (signal?.aborted) cancel()
      try {
        return await followRun(run, asked)
      } finally {
        signal?.removeEventListener('abort', cancel)
      }
    },
    readArtifact: (hash) =>
      insist(async () => new Uint8Array(await (await ask('artifact', { hash })).arrayBuffer())),
    clean: async (keep) =>
      (await patiently(() => ask('cleanRuns', { body: { keep } })).catch(explain(base))).runs,
    allowHost: async (host) => void (await patiently(() => ask('allowHost', { host })).catch(explain(base))),
    close: () => Promise.resolve(closed.abort()),
    kill: () => Promise.resolve(closed.abort()),
  }
}

function readUrl(url: string): URL {
  try {
    const read = new URL(url)
    if (read.protocol === 'http:' || read.protocol === 'https:') return read
  } catch {
    // told below
  }
  throw new CliError([
    { code: 'protocol', message: `--server “${url}” is no address.`, hint: 'Write http://127.0.0.1:7860.' },
  ])
}

/** What the server says is wrong; where it says nothing, it is none of ours. */
function refusal(base: URL, { status, told }: AnswerError): CliError {
  if (status === 401 && told) return new ServerGone([{ ...told, hint: tokenHint }])
  if (told) return new CliError([told])
  return new ServerGone([
    {
      code: 'protocol',
      message: `${base.origin} answered ${status}, not as Woolgather does.`,
      hint: 'Look at the port: the server prints its address when it starts.',
    },
  ])
}

const tokenHint = 'Set WOOLGATHER_TOKEN, or give --server the address with ?token=… that the server printed.'

function explain(base: URL): (error: unknown) => never {
  return (error) => {
    throw error instanceof CliError ? error : unreachable(base)
  }
}

function unreachable(base: URL): ServerGone {
  return new ServerGone([
    {
      code: 'protocol',
      message: `There is no answer from ${base.origin}.`,
      hint: 'Start it with `woolgather serve`.',
    },
  ])
}
