import path from 'node:path'
import type { ErrorResponse } from '@woolgather/protocol'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Logger } from 'pino'
import { describeThrown } from '../errors/describe-thrown.ts'
import { HttpError } from '../errors/http-error.ts'
import { storageProblem } from '../errors/storage-problem.ts'

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
