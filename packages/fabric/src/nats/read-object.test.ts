import type { ObjectInfo, ObjectResult, ObjectStore } from '@nats-io/obj'
import { errors } from '@nats-io/transport-node'
import { expect, test } from 'vitest'
import { readObject } from './read-object.ts'

/** An object store whose objects come in these parts, and then end, or stay away. */
const storeOf = (parts: readonly string[], ends: boolean): Pick<ObjectStore, 'info' | 'get'> => ({
  info: () => Promise.resolve({ nuid: 'b', chunks: parts.length, deleted: false } as ObjectInfo),
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

const noPart = (): Promise<never> => Promise.reject(new Error('It has several parts.'))

test('an object is all of its parts, and one whose parts stay away may be asked for again', async () => {
  const parts = ['Once', ' upon']
  const whole = await readObject(storeOf(parts, true), noPart, 'a')
  expect(Buffer.from(whole ?? []).toString()).toBe('Once upon')
  const late = readObject(storeOf(parts, false), noPart, 'a', 20)
  await expect(late).rejects.toBeInstanceOf(errors.TimeoutError)
})

test('an object of one part is that part, and none where its part is gone', async () => {
  const one = storeOf(['Once'], true)
  const part = new TextEncoder().encode('Once')
  expect(await readObject(one, (nuid) => Promise.resolve(nuid === 'b' ? part : undefined), 'a')).toBe(part)
  expect(await readObject(one, () => Promise.resolve(undefined), 'a')).toBeUndefined()
  expect(await readObject({ ...one, info: () => Promise.resolve(null) }, noPart, 'a')).toBeUndefined()
})
