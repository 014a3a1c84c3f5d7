import {
  endpoints,
  usualBodyBytes,
  type AnswerOf,
  type BodyOf,
  type Endpoint,
  type EndpointName,
  type Endpoints,
  type ParametersOf,
  type QueryOf,
} from '@woolgather/protocol'
import express, { Router, type Request, type RequestHandler, type Response } from 'express'
import type { z } from 'zod'
import { jsonBody } from '../bodies/json-body.ts'
import { readBody, readQuery } from './read-request.ts'

/** A request to one endpoint. Query and body are checked when they are looked at; `request` has them as they came. */
export interface Asked<E extends Endpoint> {
  parameters: ParametersOf<E>
  /** @throws HttpError 400 */
  readonly query: QueryOf<E>
  /** @throws HttpError 400 */
  readonly body: BodyOf<E>
  request: Request
  /** For headers; the answer is what the handler gives. */
  response: Response
}

/** Gives the answer, or throws why there is none. */
export type Handler<E extends Endpoint> = (
  asked: Asked<E>,
) => AnswerOf<E, Uint8Array> | Promise<AnswerOf<E, Uint8Array>>

/** What answers each endpoint: one that has no handler does not compile. */
export type Handlers = { [Name in EndpointName]: Handler<Endpoints[Name]> }

/** Some of the handlers, each with what it is asked and has to answer; they are put together in `createApp`. */
export function handlers<Names extends EndpointName>(given: Pick<Handlers, Names>): Pick<Handlers, Names> {
  return given
}

export function serveEndpoints(handlers: Handlers): Router {
  const router = Router()
  for (const name of Object.keys(endpoints) as EndpointName[])
    mount(router, endpoints[name], handlers[name] as Handler<Endpoint>)
  return router
}

function mount(router: Router, endpoint: Endpoint, handle: Handler<Endpoint>): void {
  const { method, path, answer, status = answer === 'none' ? 204 : 200 } = endpoint
  router[method](path, ...bodyReaders(endpoint), async (request, response) => {
    const given = await handle(describeRequest(endpoint, request, response))
    if (answer === 'none') response.status(status).end()
    else if (answer === 'bytes') response.status(status).send(Buffer.from(given as Uint8Array))
    else response.status(status).json(given)
  })
}

function bodyReaders({ body, largest = usualBodyBytes }: Endpoint): RequestHandler[] {
  if (body === undefined || body === 'bytes') return []
  return body === 'beginning' ? [express.raw({ type: () => true, limit: largest })] : jsonBody(largest)
}

function describeRequest(endpoint: Endpoint, request: Request, response: Response): Asked<Endpoint> {
  return {
    parameters: request.params as Record<string, string>,
    get query(): never {
      return readQuery(endpoint.query as z.ZodType<never>, request.query)
    },
    get body(): never {
      return readBody(endpoint.body as z.ZodType<never>, request.body)
    },
    request,
    response,
  }
}
