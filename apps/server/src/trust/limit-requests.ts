import type { RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import { HttpError } from '../errors/http-error.ts'
import { isLoopback } from './check-request.ts'
import { networkOf, type AddressOf } from './client-address.ts'

/** Requests one address may make. */
export interface RequestRates {
  /** In each window, from this machine: more than the server can answer, so that only what runs wild is stopped. */
  loopback: number
  /** In each window, from elsewhere: a page with all its files, and programs that ask hundreds of times a second. */
  others: number
  /** Milliseconds. */
  window: number
}

export const defaultRates: RequestRates = { loopback: 100_000, others: 2_000, window: 10_000 }

/** Refuses what one address asks too often, and says when to ask again (`Retry-After`). */
export function limitRequests(
  { loopback, others, window }: RequestRates,
  addressOf: AddressOf,
): RequestHandler {
  return rateLimit({
    windowMs: window,
    limit: (request) => (isLoopbackAddress(addressOf(request)) ? loopback : others),
    keyGenerator: (request) => networkOf(addressOf(request)),
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    validate: false,
    handler: () => {
      throw new HttpError(429, 'too-many-requests', 'Too many requests came from this address.', {
        hint: `Wait ${Math.ceil(window / 1_000)} seconds, or ask less often: the socket tells of news by itself.`,
      })
    },
  })
}

export function isLoopbackAddress(address: string): boolean {
  return isLoopback(address.replace(/^::ffff:/, ''))
}
