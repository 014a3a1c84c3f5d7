import { expect, test } from 'vitest'
import { forPeople } from './for-people.ts'
import { greet } from './greet.ts'

test('people are greeted with the address first, the folder of models, and how to stop', () => {
  expect(greet('http://127.0.0.1:7860', ['/a/models', '/b'])).toBe(
    'http://127.0.0.1:7860  Woolgather is running, with the models in /a/models and one more folder. Ctrl+C stops it.',
  )
  expect(greet('http://x', [`${process.cwd()}/models`])).toContain('the models in ./models.')
})

test.each([
  [
    { msg: 'worker', status: { state: 'stopped', error: { message: 'It died.', hint: 'Free memory.' } } },
    'woolgather: worker: It died. (Free memory.)',
  ],
  [{ msg: 'worker', status: { state: 'ready' } }, 'woolgather: worker ready'],
  [
    { msg: 'webhook failed', run: 'r1', err: { message: 'a\u001b[31m\nb' } },
    'woolgather: webhook failed run r1: a [31m b',
  ],
  [{ msg: 'left out: broken', folder: '/n', hint: 'Mend it.' }, 'woolgather: left out: broken /n (Mend it.)'],
])('%j is a sentence', (entry, sentence) => {
  expect(forPeople(JSON.stringify(entry))).toBe(`${sentence}\n`)
})
