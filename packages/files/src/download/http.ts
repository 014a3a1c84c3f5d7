import { WoolgatherError } from '@woolgather/workflow'

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
  /** In place of the one of `HttpOptions`. */
  signal?: AbortSignal | undefined
}

/** A failure that may be gone when one tries again. */
export class TransientError extends Error {}

/** @throws TransientError where no answer came, the signal's reason where it was aborted */
export async function sendRequest(
  url: URL,
  http: HttpOptions,
  request: RequestOptions = {},
): Promise<Response> {
  const signal = request.signal ?? http.signal
  // fetch drops this header when it is redirected to another host.
  const authorization = http.token !== undefined && url.origin === new URL(http.endpoint).origin
  try {
    return await fetch(url, {
      method: request.method ?? 'GET',
      redirect: request.redirect ?? 'follow',
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
