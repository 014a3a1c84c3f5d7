import { setTimeout as delay } from 'node:timers/promises'
import type { ObjectStore } from '@nats-io/obj'
import { errors } from '@nats-io/transport-node'

/** Milliseconds without the next part of an object after which it counts as lost. */
const defaultPatience = 10_000

/**
 * All of an object, undefined where there is none. What the client has for this waits for ever where the connection is cut
 * off while it reads, and leaves a consumer for five minutes that the server pays for: what is in one part, as most
 * objects are, is asked for by itself.
 * @param partOf the part with this id, of an object that has no others
 * @throws TimeoutError where nothing comes any more: it may be asked for again
 */
export async function readObject(
  store: Pick<ObjectStore, 'info' | 'get'>,
  partOf: (nuid: string) => Promise<Uint8Array | undefined>,
  name: string,
  patience: number = defaultPatience,
): Promise<Uint8Array | undefined> {
  const info = await store.info(name)
  if (info === null || info.deleted) return undefined
  if (info.chunks === 1) return partOf(info.nuid)
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
