import { setTimeout as delay } from 'node:timers/promises'
import type { ObjectStore } from '@nats-io/obj'
import { errors } from '@nats-io/transport-node'

/** Milliseconds without the next part of an object after which it counts as lost. */
const defaultPatience = 10_000

/**
 * All of an object, undefined where there is none. What the client has for this waits for ever where the connection is cut
 * off while it reads.
 * @throws TimeoutError where nothing comes any more: it may be asked for again
 */
export async function readObject(
  store: Pick<ObjectStore, 'get'>,
  name: string,
  patience: number = defaultPatience,
): Promise<Uint8Array | undefined> {
  const found = await store.get(name)
  if (found === null) return undefined
  const reader = found.data.getReader()
  const parts: Uint8Array[] = []
  try {
    for (;;) {
      const { done, value } = await within(patience, reader.read())
      if (done) break
      parts.push(value)
    }
  } catch (error) {
    void reader.cancel().catch(() => undefined)
    throw error
  }
  const failure = await found.error
  if (failure) throw failure
  return Buffer.concat(parts)
}

async function within<Answer>(patience: number, answer: Promise<Answer>): Promise<Answer> {
  const stop = new AbortController()
  const late = delay(patience, undefined, { signal: stop.signal }).then((): never => {
    throw new errors.TimeoutError()
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    stop.abort()
  }
}
