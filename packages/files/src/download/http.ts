import { WoolgatherError } from '@woolgather/workflow'
import { checkHop } from './check-hop.ts'

export interface HttpOptions {
  /** Address of the Hugging Face hub or a mirror. */
  endpoint: string
  /** Access token, sent to the endpoint only. */
  token?: string | undefined
  signal?: AbortSignal | undefined
}

export interface RequestOptions {
  method?: 'GET' | 'HEAD'
  headers?: Record<string, string>
  redirect?: 'follow' | 'manual'
  /** Ends the request, in place of the one of `HttpOptions`. */
  signal?: AbortSignal | undefined
}

/** A failure that may be gone when one tries again. */
export class TransientError extends Error {}

const mostRedirects = 10

/**
 * Asks, and asks on where it is redirected, if models may be downloaded from there.
 * @throws TransientError where no answer came, WoolgatherError download-failed, the signal's reason where it was aborted
 */
export async function sendRequest(
  url: URL,
  http: HttpOptions,
  request: RequestOptions = {},
): Promise<Response> {
  let at = url
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const response = await sendOnce(at, http, request)
    const next = request.redirect === 'manual' ? undefined : redirectOf(response, at)
    if (next === undefined) return response
    await response.body?.cancel()
    checkHop(url, next)
    at = next
  }
  throw new WoolgatherError('download-failed', `${url.host} redirects in circles.`)
}

function redirectOf({ status, headers }: Response, at: URL): URL | undefined {
  const location = headers.get('location')
  const redirects = [301, 302, 303, 307, 308].includes(status)
  return redirects && location !== null && URL.canParse(location, at.href) ? new URL(location, at) : undefined
}

async function sendOnce(url: URL, http: HttpOptions, request: RequestOptions): Promise<Response> {
  const signal = request.signal ?? http.signal
  // The token is for the endpoint alone, wherever that redirects to.
  const authorization = http.token !== undefined && url.origin === new URL(http.endpoint).origin
  try {
    return await fetch(url, {
      method: request.method ?? 'GET',
      redirect: 'manual',
      headers: { ...request.headers, ...(authorization ? { Authorization: `Bearer ${http.token}` } : {}) },
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    if (http.signal?.aborted) throw error
    throw new TransientError(`no answer from ${url.host}: ${reasonOf(error)}`, { cause: error })
  }
}

/** @throws WoolgatherError download-failed, TransientError where the server is only busy */
export function checkResponse(uri: string, response: Response): void {
  if (response.ok) return
  const { status } = response
  const said = `${uri}: ${new URL(response.url).host} answered ${status} ${response.statusText}`.trim()
  if (status === 429 || status >= 500) throw new TransientError(said)
  throw new WoolgatherError('download-failed', `${said}.`, { hint: hintFor(status) })
}

function hintFor(status: number): string {
  if (status === 401 || status === 403) {
    return 'It may be private or want its licence accepted: set HF_TOKEN to an access token that may read it.'
  }
  if (status === 404) return 'Check owner, repository, file name and branch.'
  return 'Check the address.'
}

/** `fetch failed` tells nothing; its cause does. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message || error.name
}
