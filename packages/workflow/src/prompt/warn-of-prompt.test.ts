import { expect, test } from 'vitest'
import { composePrompt } from './compose-prompt.ts'
import { parseAttention } from './parse-attention.ts'

const neutral = 'Tell me a story.'
const told = (prompt: string, mostTokens?: number): string[] =>
  composePrompt(prompt, { neutral, mostTokens }).warnings.map(
    ({ code, from, to }) => `${code} ${from === undefined ? '' : prompt.slice(from, to)}`,
  )

test.each([
  ['Tell me a (gloomy:1,5) story.', 'unread-weight :1,5)'],
  ['a (gloomy:1.5.2) story', 'unread-weight :1.5.2)'],
  ['a (gloomy:) story', 'unread-weight :)'],
  ['a (gloomy:150%) story', 'unread-weight :150%)'],
  ['a (gloomy:1e3) story', 'unread-weight :1e3)'],
  ['a (gloomy: ,5 ) story', 'unread-weight : ,5 )'],
  ['a (gloomy:100) story', 'limited-weight gloomy'],
  ['a (((gloomy:1.5):1.5):1.5) story', 'limited-weight gloomy'],
  ['See (http://example.com:8080) now', 'no-weight :8080)'],
  ['(see localhost:3000)', 'no-weight :3000)'],
  ['(see 10.0.0.1:80)', 'no-weight :80)'],
  ['come (at 10:30) to tea', 'no-weight :30)'],
  ['mix (oil and water 3:1) well', 'no-weight 3:1)'],
  ['Tell me a gloomy) story.', 'bracket-not-opened )'],
  ['Tell me a gloomy] story.', 'bracket-not-opened ]'],
  ['Tell me a gloomy:1.5) story.', 'bracket-not-opened )'],
  ['Tell me a (gloomy story.', 'bracket-not-closed ('],
  ['Tell me a [gloomy story.', 'bracket-not-closed ['],
  ['I am sad :( today', 'bracket-not-closed ('],
  ['Tell me a (gloomy\\) story.', 'bracket-not-closed ('],
  ['Sort the file(s) by name', 'unexpected-emphasis (s)'],
  ['Tell me about [the sea:castles:9999].', 'switch-too-late [the sea:castles:9999]'],
  ['Tell me about [the sea:castles:256].', 'switch-too-late [the sea:castles:256]'],
  ['[a:b:1.0]', 'switch-too-late [a:b:1.0]'],
  ['[a:b:1.5]', 'switch-too-late [a:b:1.5]'],
  ['[a:b:-1]', 'switch-too-early [a:b:-1]'],
  ['[a:b:0]', 'switch-too-early [a:b:0]'],
  ['x [(p:2):[a:b:9999]:10] y', 'switch-too-late [a:b:9999]'],
  ['[a:b:0,5]', 'unread-schedule [a:b:0,5]'],
  ['[a:b:50%]', 'unread-schedule [a:b:50%]'],
  ['[a:b:]', 'unread-schedule [a:b:]'],
  ['[12:30] Ann: hello', 'unexpected-schedule [12:30]'],
  ['{red|blue} fox', 'braces-are-text {red|blue}'],
  ['a {red|blue', 'braces-are-text {red|blue'],
  ['READ THIS AND THAT', 'unexpected-and AND'],
  ['a story AND', 'empty-and AND'],
  ['a AND b :1,5', 'unread-weight b :1,5'],
  ['a AND b :9', 'limited-weight b :9'],
])('%j is told: %s', (prompt, warning) => {
  expect(told(prompt)).toEqual([warning])
})

test.each([
  'Tell me a story about the sea, at 10:30.',
  'Tell me a (gloomy:1.5) story.',
  'Tell me a (gloomy: 1.5 ) story, (calm:0), (loud:-1) and [quiet].',
  'Tell me a (happy) [sad] story (with ((many)) brackets) and \\(some\\) plain ones.',
  'I am happy :) and so are you ;-)',
  'First a) then b)\n1) one\n2) two\niv) four',
  'See http://example.com:8080 and meet at 5:30',
  'Tell me a happy story. AND Tell me a story about the sea. :0.5',
  'Salt and pepper, BRAND AND [sea|castles]',
  'Tell me about [the sea:castles:10], [a:b:.5] and [a|b].',
  'if (a || b) { return 1 } else { "k": [1, 2] }',
  'She said: “10,5 %” (about 1,5 litres)',
  '日本(の:1.2)話',
])('nothing but the price is told of %j', (prompt) => {
  expect(told(prompt).filter((one) => one !== 'many-sequences ')).toEqual([])
})

test('a port and a time of day are no weights, in brackets or behind AND', () => {
  const weights = (prompt: string): number[] => parseAttention(prompt).chunks.map(({ weight }) => weight)
  expect(weights('(http://x:8080)')).toEqual([1.1])
  expect(weights('(at 10:30)')).toEqual([1.1])
  expect(weights('(at 10:2)')).toEqual([2])
  expect(weights('(gloomy:30)')).toEqual([30])
  expect(composePrompt('tea AND meet at 10:30', { neutral }).mix.terms).toHaveLength(3)
})

test('a switch is measured against the tokens that are written, where that is known', () => {
  expect(told('[a:b:500]', 1000)).toEqual([])
  expect(told('[a:b:500]', 500)).toEqual(['switch-too-late [a:b:500]'])
  expect(told('[a:b:9999]', Infinity)).toEqual([])
})

test('what many sequences cost is told with their number', () => {
  const prompt = Array.from({ length: 20 }, (_, i) => `story ${i}`).join(' AND ')
  expect(composePrompt(prompt, { neutral }).warnings).toEqual([
    expect.objectContaining({
      code: 'many-sequences',
      message: '21 sequences are decoded for each answer: it costs about 21 times as much.',
      numbers: { sequences: 21 },
    }),
  ])
})

test('places count from the beginning of the whole prompt, also behind AND and in schedules', () => {
  expect(told('a story AND a (sad:1,5) one')).toEqual(['unread-weight :1,5)'])
  expect(told('[(sad:1,5):b:3]')).toEqual(['unread-weight :1,5)'])
})

test('of a prompt full of slips at most fifty are told [W48]', () => {
  expect(composePrompt('(a:9) x '.repeat(5_000)).warnings.length).toBeLessThan(60)
})
