import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

async function vote(values: string[], pattern = ''): Promise<unknown> {
  const { outputs, errors } = await runGraph({
    answers: { type: 'matrix/axis', inputs: { values } },
    vote: { type: 'matrix/vote', inputs: { pattern }, links: { values: ['answers', 'value'] } },
  })
  return errors[0] ?? outputs['vote']
}

test('the answer most cells agree on wins, however it is written', async () => {
  expect(await vote(['Paris', 'London', ' paris. ', 'Rome'])).toEqual({
    value: 'Paris',
    votes: 2,
    share: 0.5,
    counts: { paris: 2, london: 1, rome: 1 },
  })
})

test('a pattern finds the answer in a longer text, and texts without one do not vote', async () => {
  const answers = ['I think the answer is 42.', 'The answer is 41', 'answer is 42, surely', 'no idea']
  expect(await vote(answers, 'answer is (\\d+)')).toMatchObject({ value: '42', votes: 2, share: 2 / 3 })
})

test('a pattern that would backtrack for ever ends at once', async () => {
  expect(await vote([`${'a'.repeat(50_000)}b`, 'aa'], '^(a+)+$')).toMatchObject({ value: 'aa', votes: 1 })
})

test('a bad pattern says where it is wrong', async () => {
  expect(await vote(['aaaa'], 'a(?=b)')).toMatchObject({ code: 'invalid-input', input: 'pattern' })
})
