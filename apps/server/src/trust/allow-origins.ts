import { WoolgatherError } from '@woolgather/workflow'
import type { RequestHandler } from 'express'

/** How browsers write an origin. @throws WoolgatherError invalid-input */
export function readOrigin(text: string): string {
  try {
    const { protocol, host } = new URL(text)
    if (host !== '') return `${protocol}//${host}`
  } catch {
    // told below
  }
  throw new WoolgatherError('invalid-input', `--allow-origin “${text}” is no origin.`, {
    hint: 'Write it as browsers do: http://localhost:3000.',
  })
}

/** Seconds for which a browser need not ask again. */
const remembered = 600

/**
 * Lets pages of these origins read the answers, and answers their browsers' questions whether they may ask: these come
 * without a token, and say nothing that needs one. Others are told nothing.
 */
export function allowOrigins(allowed: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers
    if (allowed.length > 0) response.vary('Origin')
    if (origin === undefined || !allowed.includes(origin)) return next()
    response.set({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'Retry-After, Content-Disposition',
      // Helmet's default would keep pages that are isolated from files of ours.
      'cross-origin-resource-policy': 'cross-origin',
    })
    const method = request.headers['access-control-request-method']
    if (request.method !== 'OPTIONS' || method === undefined) return next()
    const asked = request.headers['access-control-request-headers']
    response.vary('Access-Control-Request-Headers').set({
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      ...(asked !== undefined && { 'access-control-allow-headers': asked }),
      ...(request.headers['access-control-request-private-network'] === 'true' && {
        'access-control-allow-private-network': 'true',
      }),
      'access-control-max-age': String(remembered),
    })
    response.status(204).end()
  }
}
