import { documentLimits, textProblem, type TextLimits } from '@woolgather/workflow'
import express, { type RequestHandler } from 'express'
import { HttpError } from '../errors/http-error.ts'

/** A workflow may be in a body, within whatever is around it. */
const bodyLimits: TextLimits = { depth: documentLimits.depth + 32, keys: documentLimits.keys }

const smallBytes = 1_048_576

/**
 * Reads JSON bodies. How deep one nests and how many keys an object has is looked at before anything that would go
 * down into it, parsers and schemas included.
 * @param limit bytes, default 1 MiB
 */
export function jsonBody(limit: number = smallBytes): RequestHandler[] {
  return [requireJson, parseJson(limit)]
}

/** Of anything else Express reads nothing, and what is missing would be all that could be told. */
const requireJson: RequestHandler = (request, _response, next) => {
  // Null: there is no body at all.
  if (request.is('json') !== false) return next()
  const said = request.headers['content-type']
  throw new HttpError(
    400,
    'protocol',
    said === undefined
      ? 'The request does not say what its body is: the header content-type is missing.'
      : `The body is sent as “${said.slice(0, 100)}” and must be JSON.`,
    { hint: 'Send it with content-type: application/json.' },
  )
}

function parseJson(limit: number): RequestHandler {
  return express.json({
    limit,
    verify(_request, _response, bytes) {
      const problem = textProblem(bytes.toString('latin1'), bodyLimits)
      if (problem !== undefined) throw new HttpError(400, 'protocol', `The body ${inWords[problem]}.`)
    },
  })
}

const inWords: Record<keyof TextLimits, string> = {
  depth: `nests values more than ${bodyLimits.depth} levels deep`,
  keys: `has an object with more than ${bodyLimits.keys} keys`,
}
