import { documentLimits, textTooDeep } from '@woolgather/workflow'
import express, { type RequestHandler } from 'express'
import { HttpError } from './http-error.ts'

/** A workflow may be in a body, within whatever is around it. */
const depth = documentLimits.depth + 32

const smallBytes = 1_048_576

/**
 * Reads JSON bodies. How deep one nests is looked at before anything that would go down into it, parsers and schemas
 * included.
 * @param limit bytes, default 1 MiB
 */
export function jsonBody(limit: number = smallBytes): RequestHandler {
  return express.json({
    limit,
    verify(_request, _response, bytes) {
      if (!textTooDeep(bytes.toString('latin1'), depth)) return
      throw new HttpError(400, 'protocol', `The body nests values more than ${depth} levels deep.`)
    },
  })
}
