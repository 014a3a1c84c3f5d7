import { expect, test } from 'vitest'
import { loadTestModel } from '../testing/native-model.ts'

test('a prompt does not end with the EOS that a model’s texts end with, unless it is written there', async () => {
  await using loaded = await loadTestModel({
    layers: 1,
    metadata: { 'tokenizer.ggml.add_eos_token': { bool: true } },
  })
  const { reader, vocabulary } = loaded.model
  expect(await reader.prompt({ text: 'a' })).toEqual([vocabulary.bos, 97])
  expect(await reader.prompt({ text: 'a<|eos|>', special: true })).toEqual([
    vocabulary.bos,
    97,
    vocabulary.eos,
  ])
  expect(vocabulary.tokenize('a', { special: false, addBos: true, addEos: true }).at(-1)).toBe(vocabulary.eos)
})
