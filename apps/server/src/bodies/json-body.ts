import { documentLimits, textProblem, type TextLimits } from '@woolgather/workflow'
import { hasIntegerKeys, parseOrdered } from '@woolgather/workflow/ordered-json'
import express, { type Request, type RequestHandler } from 'express'
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
  const texts = new WeakMap<object, string>()
  return [requireJson, parseJson(limit, texts), orderKeys(texts)]
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

/** Objects of the body remember the order of their keys, which an answer in their form is to come in. */
function orderKeys(texts: WeakMap<object, string>): RequestHandler {
  return (request: Request & { body?: unknown }, _response, next) => {
    const text = texts.get(request)
    if (text !== undefined) request.body = parseOrdered(text)
    next()
  }
}

function parseJson(limit: number, texts: WeakMap<object, string>): RequestHandler {
  return express.json({
    limit,
    verify(request, _response, bytes, encoding) {
      const ascii = bytes.toString('latin1')
      const problem = textProblem(ascii, bodyLimits)
      if (problem !== undefined) throw new HttpError(400, 'protocol', `The body ${inWords[problem]}.`)
      if (encoding === 'utf-8' && hasIntegerKeys(ascii))
        texts.set(request, bytes.toString().replace(/^\uFEFF/, ''))
    },
  })
}

const inWords: Record<keyof TextLimits, string> = {
  depth: `nests values more than ${bodyLimits.depth} levels deep`,
  keys: `has an object with more than ${bodyLimits.keys} keys`,
}
