import type { ObjectResult, ObjectStore } from '@nats-io/obj'
import { errors } from '@nats-io/transport-node'
import { expect, test } from 'vitest'
import { readObject } from './read-object.ts'

/** An object store whose objects come in these parts, and then end, or stay away. */
const storeOf = (parts: readonly string[], ends: boolean): Pick<ObjectStore, 'get'> => ({
  get: () => {
    const data = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const part of parts) controller.enqueue(new TextEncoder().encode(part))
        if (ends) controller.close()
      },
    })
    return Promise.resolve({ data, error: Promise.resolve(null) } as unknown as ObjectResult)
  },
})

test('an object is all of its parts, and one whose parts stay away may be asked for again', async () => {
  const parts = ['Once', ' upon']
  expect(Buffer.from((await readObject(storeOf(parts, true), 'a')) ?? []).toString()).toBe('Once upon')
  await expect(readObject(storeOf(parts, false), 'a', 20)).rejects.toBeInstanceOf(errors.TimeoutError)
  expect(await readObject({ get: () => Promise.resolve(null) }, 'a')).toBeUndefined()
})
