import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Json } from '@woolgather/workflow'
import { HttpError } from '../errors/http-error.ts'

/** As drafted for all of HTTP: who had no answer asks again under the same key, and nothing is begun twice. */
const header = 'idempotency-key'

/**
 * Names for the runs that a request begins: the same whenever the same is asked for under the same key, and undefined
 * where there is none.
 * @param same what is asked for all runs of the request, as it came
 * @throws HttpError 400 where the key is none
 */
export function runNames({ headers }: IncomingMessage, same: unknown): (of: Json) => string | undefined {
  const key = headers[header]
  if (key === undefined) return () => undefined
  if (typeof key !== 'string' || !/^[!-~]{1,200}$/.test(key))
    throw new HttpError(
      400,
      'protocol',
      'The header “Idempotency-Key” is none: up to 200 ASCII characters without spaces.',
    )
  const begun = createHash('sha256').update(JSON.stringify([key, same]))
  return (of) => begun.copy().update(JSON.stringify(of)).digest('hex').slice(0, 32)
}
