import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

async function promptsOf(prompt: string): Promise<unknown> {
  const { outputs, errors } = await runGraph({
    matrix: { type: 'matrix/prompt-matrix', inputs: { prompt } },
    all: { type: 'matrix/join', links: { values: ['matrix', 'text'] } },
  })
  return outputs['all']?.['list'] ?? errors[0]?.message
}

test('the first part is always there, the others in every combination, in the order of bits', async () => {
  expect(await promptsOf('a story, | about the sea |for children')).toEqual([
    'a story',
    'a story, about the sea',
    'a story, for children',
    'a story, about the sea, for children',
  ])
})

test('a prompt without parts is itself', async () => {
  expect(await promptsOf('a story')).toEqual(['a story'])
})

test('more parts than anyone can read the results of are refused with the number', async () => {
  expect(await promptsOf('x|'.repeat(20) + 'x')).toBe('The prompt has 20 optional parts: 1048576 prompts.')
})
