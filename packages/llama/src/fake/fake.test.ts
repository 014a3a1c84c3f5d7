import { expect, test } from 'vitest'
import { describeLlamaContract } from '../testing/contract.ts'
import { createFakeLlama, type FakeLlamaOptions } from './create-fake-llama.ts'

const path = '/models/fake.gguf'

describeLlamaContract('the fake', async () => {
  const runtime = createFakeLlama({ models: { [path]: {} } })
  return { runtime, modelPath: path, [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose]() }
})

const say = async (options: FakeLlamaOptions, text = 'Hello'): Promise<string> => {
  await using llama = createFakeLlama(options)
  const model = await llama.loadModel({ path })
  return (await model.generate({ prompt: { text }, seed: 7 })).text
}

test('its text is the same in every process', async () => {
  expect(await say({})).toMatchInlineSnapshot(
    `"Some pirate while from made dog baker softly quiet lamp. The old rain left friend lighthouse told. Then pirate went garden made. Then old near from sea kept near told."`,
  )
})

test('it can be told what to answer', async () => {
  const reply = (prompt: string): string | undefined => (prompt.includes('Hello') ? 'Grüße 🧶!' : undefined)
  expect(await say({ reply })).toBe('Grüße 🧶!')
  expect(await say({ reply }, 'Bye')).toBe(await say({}, 'Bye'))
})

test('it follows a grammar of literal alternatives and refuses others', async () => {
  await using llama = createFakeLlama()
  const model = await llama.loadModel({ path })
  const generate = (grammar: string): Promise<{ text: string }> =>
    model.generate({ prompt: { text: 'Yes or no?' }, seed: 1, sampling: { grammar } })
  expect(['yes', 'no\n']).toContain((await generate(String.raw`root ::= "yes" | "no\n"`)).text)
  await expect(generate('root ::= [a-z]+')).rejects.toMatchObject({ code: 'invalid-sampling' })
})

test('it counts the references to each file, and forgets files without any', async () => {
  await using llama = createFakeLlama()
  const [one, two] = [await llama.loadModel({ path }), await llama.loadModel({ path })]
  const counts = [llama.loaded()]
  await one[Symbol.asyncDispose]()
  counts.push(llama.loaded())
  await two[Symbol.asyncDispose]()
  counts.push(llama.loaded())
  expect(counts).toEqual([{ [path]: 2 }, { [path]: 1 }, {}])
})

test('with a delay generations take time, at once and never more than the sequences', async () => {
  await using llama = createFakeLlama({ tokenMs: 5 })
  const model = await llama.loadModel({ path, maxSequences: 3 })
  const start = performance.now()
  const generate = (seed: number): Promise<unknown> =>
    model.generate({ prompt: { text: 'Hello' }, seed, maxTokens: 6 })
  await Promise.all([1, 2, 3, 4, 5, 6].map(generate))
  expect(performance.now() - start).toBeGreaterThan(2 * 6 * 5)
  expect(llama.mostAtOnce()).toBe(3)
})

test('an adapter changes the text, and one that is not there is refused', async () => {
  await using llama = createFakeLlama({ adapters: ['/loras/pirate.gguf'] })
  const model = await llama.loadModel({ path })
  const generate = (adapter: string, strength: number): Promise<{ text: string }> =>
    model.generate({ prompt: { text: 'Hello' }, seed: 1, adapters: [{ path: adapter, strength }] })
  const [weak, strong] = [await generate('/loras/pirate.gguf', 0.5), await generate('/loras/pirate.gguf', 1)]
  expect(weak.text).not.toBe(strong.text)
  await expect(generate('/loras/none.gguf', 1)).rejects.toMatchObject({ code: 'adapter-mismatch' })
})

test('a base model refuses conversations', async () => {
  await using llama = createFakeLlama({ models: { [path]: { chatTemplate: false } } })
  const model = await llama.loadModel({ path })
  expect(model.info.chatTemplate).toBeUndefined()
  await expect(model.formatChat([{ role: 'user', content: 'Hi' }])).rejects.toThrow(
    'This model has no chat template',
  )
})
