import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ConstraintSource } from '@woolgather/constraint'
import { createFakeLlama } from '@woolgather/llama/fake'
import { expect, test } from 'vitest'
import { createConstraintCompiler } from './constraint-compiler.ts'

/** Takes some turns to compile. */
const source: ConstraintSource = {
  kind: 'json-schema',
  schema: {
    type: 'object',
    properties: Object.fromEntries(
      Array.from({ length: 300 }, (_, at) => [`p${at}`, { type: 'string', pattern: `^${at}-[a-z]+$` }]),
    ),
  },
}

test('a constraint that two ask for is made as long as one of them waits, and begun again once both were gone', async () => {
  await using llama = createFakeLlama()
  await using model = await llama.loadModel({ path: 'fake.gguf' })
  const compile = createConstraintCompiler()
  // From here on each asker gets as far in the same number of turns.
  await compile(model, { kind: 'regex', pattern: 'a' }, new AbortController().signal)
  const askTwice = async () => {
    const askers = [new AbortController(), new AbortController()] as const
    const asked = askers.map(({ signal }) => compile(model, source, signal))
    const ends = Promise.allSettled(asked)
    await nextTurn()
    await nextTurn()
    return { askers, ends }
  }
  const gone = await askTwice()
  gone.askers.forEach((asker, index) => asker.abort(`${index} left`))
  const stayed = await askTwice()
  stayed.askers[0].abort('left')
  expect(await gone.ends).toEqual([0, 1].map((index) => ({ status: 'rejected', reason: `${index} left` })))
  const [left, made] = await stayed.ends
  expect(left).toEqual({ status: 'rejected', reason: 'left' })
  expect(made).toMatchObject({ status: 'fulfilled' })
  const again = await compile(model, source, new AbortController().signal)
  expect(made).toHaveProperty('value', again)
})
