import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

async function promptsOf(prompt: string, atStart = false): Promise<unknown> {
  const { outputs, errors } = await runGraph({
    matrix: { type: 'matrix/prompt-matrix', inputs: { prompt, atStart } },
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

const street = ['a busy city street', 'illustration', 'cinematic lighting'] as const
const typed = street.join('|')
const [always, drawn, lit] = street

test.each<[string, boolean, string[]]>([
  [typed, false, [always, `${always}, ${drawn}`, `${always}, ${lit}`, `${always}, ${drawn}, ${lit}`]],
  [typed, true, [always, `${drawn}, ${always}`, `${lit}, ${always}`, `${drawn}, ${lit}, ${always}`]],
  ['a', false, ['a']],
  ['a', true, ['a']],
  ['a|b', false, ['a', 'a, b']],
  ['a|b', true, ['a', 'b, a']],
])('%j, at the start %j, is what AUTOMATIC1111 makes of it', async (prompt, atStart, results) => {
  expect(await promptsOf(prompt, atStart)).toEqual(results)
})

test.each<[boolean, string[]]>([
  [false, ['a', 'a, b', 'a, c', 'a, b, c', 'a, d', 'a, b, d', 'a, c, d', 'a, b, c, d']],
  [true, ['a', 'b, a', 'c, a', 'b, c, a', 'd, a', 'b, d, a', 'c, d, a', 'b, c, d, a']],
])(
  'deliberately different: “ b ,” loses its space too, which AUTOMATIC1111 leaves before the comma it takes off',
  async (atStart, results) => {
    expect(await promptsOf('a| b ,|c|d', atStart)).toEqual(results)
  },
)
