import { WoolgatherError, type RunError } from '@woolgather/workflow'
import { fillPath, type AnswerOf, type Endpoint, type RequestOf } from './endpoint.ts'
import { endpoints, type EndpointName, type Endpoints } from './endpoints.ts'
import type { ErrorResponse } from './http.ts'

/** An answer that is not 2xx. */
export class AnswerError extends WoolgatherError {
  readonly status: number
  /** What the server says is wrong; undefined where whoever answered is no Woolgather. */
  readonly told: RunError | undefined
  /** Seconds after which to ask again, where it says so. */
  readonly retryAfter: number | undefined

  constructor(path: string, { status, headers }: Response, told: RunError | undefined) {
    super(told?.code ?? 'protocol', told?.message ?? `${path} answered ${status}.`, {
      ...(told?.hint !== undefined && { hint: told.hint }),
      host: told?.host,
    })
    this.name = 'AnswerError'
    this.status = status
    this.told = told
    this.retryAfter = headers.has('retry-after') ? Number(headers.get('retry-after')) : undefined
  }
}

/**
 * Asks a server: `ask('run', { id })`.
 * @throws AnswerError where it refuses; whatever `fetch` throws where it is not there
 */
export type Ask = <Name extends EndpointName>(
  name: Name,
  ...[request]: object extends RequestOf<Endpoints[Name]>
    ? [request?: RequestOf<Endpoints[Name]>]
    : [request: RequestOf<Endpoints[Name]>]
) => Promise<AnswerOf<Endpoints[Name], Blob>>

export interface AskOptions {
  /** `http://127.0.0.1:7860`, without a trailing slash. */
  url: string
  /** Sent with everything, such as a token. */
  headers?: Record<string, string>
  /** Ends whatever is asked. */
  signal?: AbortSignal
}

export function createAsk({ url, headers, signal }: AskOptions): Ask {
  const ask = async (name: EndpointName, request: Asked = {}): Promise<unknown> => {
    const endpoint: Endpoint = endpoints[name]
    const path = fillPath(endpoint, request as Record<string, string>) + queryText(request.query)
    const body = bodyOf(endpoint, request.body)
    const response = await fetch(url + path, {
      method: endpoint.method.toUpperCase(),
      headers: { ...headers, ...(typeof body === 'string' && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    })
    if (!response.ok) throw new AnswerError(path, response, await toldBy(response))
    if (endpoint.answer === 'none') return undefined
    return endpoint.answer === 'bytes' ? response.blob() : response.json()
  }
  return ask as Ask
}

/** A request as every endpoint's is: parameters of the path stand beside these. */
interface Asked {
  query?: Record<string, unknown>
  body?: unknown
}

function bodyOf({ body: kind, largest }: Endpoint, body: unknown): Blob | string | undefined {
  if (kind === undefined) return undefined
  if (kind === 'bytes') return body as Blob
  return kind === 'beginning' ? (body as Blob).slice(0, largest) : JSON.stringify(body)
}

/** `?name=value`, or nothing where nothing is asked for. */
function queryText(query: Record<string, unknown> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return text === '' ? '' : `?${text}`
}

async function toldBy(response: Response): Promise<RunError | undefined> {
  const body = (await response.json().catch(() => undefined)) as Partial<ErrorResponse> | undefined
  return body?.error
}
