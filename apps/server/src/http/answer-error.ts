import path from 'node:path'
import type { ErrorResponse } from '@woolgather/protocol'
import { WoolgatherError, type RunError } from '@woolgather/workflow'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Logger } from 'pino'
import { serverFaults } from '../errors/server-faults.ts'
import { storageProblem } from '../errors/storage-problem.ts'
import { toRunError } from '../errors/to-run-error.ts'
import { HttpError } from '../errors/http-error.ts'
import { tooLargeText } from '../errors/tell-size.ts'

export const answerNotFound: RequestHandler = (request) => {
  throw new HttpError(
    404,
    'not-found',
    `There is nothing at ${request.method} ${request.path.slice(0, 200)}.`,
  )
}

/**
 * Turns whatever was thrown into one JSON answer. What was not foreseen is logged whole and told in general.
 * @param dataFolder where what cannot be written and has no other name was to be
 */
export function answerError(logger: Logger, dataFolder: string): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    const { status, error } = describeThrown(
      storageProblem(thrown, path.join(dataFolder, 'woolgather.sqlite')) ?? thrown,
    )
    if (status >= 500)
      logger.error({ err: thrown, method: request.method, path: request.path }, 'request failed')
    if (response.headersSent) return next(thrown)
    response.status(status).json({ error } satisfies ErrorResponse)
  }
}

/** What Express throws of a body that it does not take: its limit, the length that was announced, what had come. */
interface BodyError {
  status: number
  limit: number
  expected: number
  received: number
}

const tooLargeHint = 'Long texts and tables belong into files: upload them, and load them with a node.'

export function describeThrown(thrown: unknown): { status: number; error: RunError } {
  if (thrown instanceof WoolgatherError) {
    const status = thrown instanceof HttpError ? thrown.status : (serverFaults[thrown.code] ?? 400)
    return { status, error: toRunError(thrown) }
  }
  const { status, limit, expected, received } = (thrown ?? {}) as Partial<BodyError>
  if (status === 413 && limit !== undefined) {
    const message = tooLargeText('The request', limit, expected ?? received)
    return { status, error: { code: 'request-too-large', message, hint: tooLargeHint } }
  }
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return {
      status,
      error: { code: 'protocol', message: `The request cannot be read: ${messageOf(thrown)}` },
    }
  }
  return { status: 500, error: toRunError(thrown) }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message.slice(0, 200) : 'unknown'
}
