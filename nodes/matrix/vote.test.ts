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
    unanswered: 0,
  })
})

test('a pattern finds the answer in a longer text, and texts without one do not vote', async () => {
  const answers = ['I think the answer is 42.', 'The answer is 41', 'answer is 42, surely', 'no idea']
  expect(await vote(answers, 'answer is (\\d+)')).toMatchObject({
    value: '42',
    votes: 2,
    share: 2 / 3,
    unanswered: 1,
  })
})

test('a pattern that would backtrack for ever ends at once', async () => {
  expect(await vote([`${'a'.repeat(50_000)}b`, 'aa'], '^(a+)+$')).toMatchObject({ value: 'aa', votes: 1 })
})

test('a bad pattern says where it is wrong', async () => {
  expect(await vote(['aaaa'], 'a(?=b)')).toMatchObject({ code: 'invalid-input', input: 'pattern' })
})

test('an empty text does not vote, and how many there were is told', async () => {
  expect(await vote(['', 'Paris', ' \n', '', 'paris', 'Rome'])).toMatchObject({
    value: 'Paris',
    votes: 2,
    share: 2 / 3,
    unanswered: 3,
  })
  expect(await vote(['answer: ', 'answer: ', 'answer: 4'], 'answer:(.*)')).toMatchObject({
    value: '4',
    unanswered: 2,
  })
  expect(await vote(['', ' '])).toMatchObject({ code: 'node-failed', hint: 'All texts are empty.' })
})

test('an answer of nothing but full stops is an answer', async () => {
  expect(await vote(['...', '...', '!'])).toMatchObject({ value: '...', votes: 2, unanswered: 0 })
})
