import { setTimeout as delay } from 'node:timers/promises'
import {
  routes,
  type ErrorResponse,
  type NodesResponse,
  type RunAccepted,
  type RunEventsResponse,
} from '@woolgather/protocol'
import type { RunRequest } from '@woolgather/supervisor'
import { withSeeds, type RunStatus } from '@woolgather/workflow'
import { CliError } from './cli-error.ts'

/** There is no use in asking this server for anything now. */
export class ServerGone extends CliError {}

/** A server that runs workflows in place of a worker of one's own. */
export interface ServerRunner {
  descriptions(): Promise<NodesResponse>
  /** Resolves when the run has ended there. Lost connections are tried again. */
  run(request: RunRequest): Promise<RunStatus>
  readArtifact(hash: string): Promise<Uint8Array | undefined>
  close(): Promise<void>
  kill(): Promise<void>
}

/** Between two looks at what is new: soon at first, then calmly. */
const firstWait = 5
const longestWait = 250

/** How often a server that does not answer is asked again, a second apart. */
const defaultPatience = 30

/** What a proxy answers while the server behind it is away. */
const awayStatuses = [502, 503, 504]

/**
 * @param url as the server prints it; a `?token=…` in it is used
 * @param token what the server wants to be told; default `WOOLGATHER_TOKEN`
 * @param patience how often a server that does not answer is asked, a second apart
 */
export function createServerRunner(
  url: string,
  token: string | undefined = process.env['WOOLGATHER_TOKEN'],
  patience: number = defaultPatience,
): ServerRunner {
  const base = readUrl(url)
  const known = base.searchParams.get('token') ?? token
  const headers: Record<string, string> =
    known === null || known === undefined ? {} : { authorization: `Bearer ${known}` }
  const closed = new AbortController()

  const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(new URL(path, base), {
      ...init,
      headers: { ...headers, ...(init.body !== undefined && { 'content-type': 'application/json' }) },
    })
    if (response.ok) return response
    if (response.status === 429) {
      // It says when to ask again; a batch can wait.
      await delay(Number(response.headers.get('retry-after') ?? 1) * 1_000, undefined, {
        signal: closed.signal,
      })
      return request(path, init)
    }
    if (awayStatuses.includes(response.status)) throw new Error('the server is away')
    throw await refusal(base, response)
  }

  /** Asks until there is a whole answer: a server that restarts is back soon. */
  const insist = async <Answer>(
    path: string,
    read: (response: Response) => Promise<Answer>,
    { signal, ...init }: RequestInit = {},
  ): Promise<Answer> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await read(await request(path, init))
      } catch (error) {
        if (error instanceof CliError) throw error
        if (attempt >= patience || closed.signal.aborted || signal?.aborted) throw unreachable(base)
        await delay(1_000)
      }
    }
  }

  const followRun = async (run: string, { onEvents, signal }: RunRequest): Promise<RunStatus> => {
    let after = -1
    let wait = firstWait
    for (;;) {
      const path = `${routes.runEvents(run)}?after=${after}`
      const { events, more } = await insist(path, readJson<RunEventsResponse>, signal ? { signal } : {})
      if (events.length > 0) onEvents(events)
      const last = events.at(-1)
      if (last?.type === 'run.finished') return last.status
      after = last?.seq ?? after
      wait = events.length > 0 ? firstWait : Math.min(wait * 2, longestWait)
      if (!more) await delay(wait)
    }
  }

  return {
    descriptions: async () =>
      (await (await request(routes.nodes).catch(explain(base))).json()) as NodesResponse,
    async run(asked) {
      const { workflow, targets, seeds, signal } = asked
      if (signal?.aborted) return 'cancelled'
      const body = JSON.stringify({ workflow: withSeeds(workflow, seeds ?? {}), ...(targets && { targets }) })
      const { run } = await insist(routes.runs, readJson<RunAccepted>, {
        method: 'POST',
        body,
        ...(signal && { signal }),
      })
      const cancel = (): void => void request(routes.cancelRun(run), { method: 'POST' }).catch(() => {})
      signal?.addEventListener('abort', cancel, { once: true })
      try {
        return await followRun(run, asked)
      } finally {
        signal?.removeEventListener('abort', cancel)
      }
    },
    readArtifact: (hash) =>
      insist(routes.artifact(hash), async (response) => new Uint8Array(await response.arrayBuffer())),
    close: () => Promise.resolve(closed.abort()),
    kill: () => Promise.resolve(closed.abort()),
  }
}

async function readJson<Answer>(response: Response): Promise<Answer> {
  return (await response.json()) as Answer
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
async function refusal(base: URL, response: Response): Promise<CliError> {
  const body = (await response.json().catch(() => undefined)) as Partial<ErrorResponse> | undefined
  if (response.status === 401 && body?.error) return new ServerGone([{ ...body.error, hint: tokenHint }])
  if (body?.error) return new CliError([body.error])
  return new ServerGone([
    {
      code: 'protocol',
      message: `${base.origin} answered ${response.status}, not as Woolgather does.`,
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
