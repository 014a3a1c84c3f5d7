import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyNegative } from './apply-negative.ts'
import { blendMixes } from './blend-mixes.ts'
import { composePrompt } from './compose-prompt.ts'
import { asMix, coefficientsAt, promptMixSchema, type PromptMix } from './prompt-mix.ts'

const compose = (prompt: string, neutral = 'u'): PromptMix => composePrompt(prompt, { neutral }).mix

/** Each prompt and what it counts, at a step. */
function at(mix: PromptMix, step = 1, total = 10): Record<string, number> {
  const counted = coefficientsAt(mix, step, total).map((weight, index) => {
    const prompt = mix.terms[index]?.prompt
    const name = typeof prompt === 'string' ? prompt : JSON.stringify(prompt)
    return [name, Number(weight.toFixed(6))] as const
  })
  return Object.fromEntries(counted)
}

test('a prompt without syntax is one term, and so is one whose weights are all 1', () => {
  const one = { terms: [{ prompt: 'a story' }], coefficients: [{ cycle: [[1]] }] }
  expect(composePrompt('a story')).toEqual({ mix: one, warnings: [] })
  expect(compose('a ([story])')).toEqual(one)
  expect(compose('(a:1) story')).toEqual(one)
})

test('emphasis weighs the prompt against itself with the part deleted', () => {
  expect(at(compose('a (happy:1.5) story'))).toEqual({ 'a happy story': 1.5, 'a  story': -0.5 })
  expect(at(compose('(a:2) (b:.5)'))).toEqual({ 'a b': 1.5, ' b': -1, 'a ': 0.5 })
})

test('weight 0 is the prompt without the part, at the cost of one', () => {
  expect(at(compose('a (happy:0) story'))).toEqual({ 'a  story': 1 })
})

test('AND adds up what each part adds to a neutral prompt', () => {
  expect(at(compose('happy AND sea'))).toEqual({ happy: 1, sea: 1, u: -1 })
  expect(at(compose('happy AND sea :0.5'))).toEqual({ happy: 1, sea: 0.5, u: -0.5 })
  expect(at(compose('happy:.5 AND sea:.5'))).toEqual({ happy: 0.5, sea: 0.5 })
})

test('without AND a number at the end is text, where AUTOMATIC1111 takes it for a weight', () => {
  expect(at(compose('Meet me at 5:30'))).toEqual({ 'Meet me at 5:30': 1 })
  expect(at(compose('BRAND and SAND'))).toEqual({ 'BRAND and SAND': 1 })
})

test('the same text twice is one term', () => {
  expect(at(compose('a AND a'))).toEqual({ a: 2, u: -1 })
  expect(at(compose('u AND a'))).toEqual({ a: 1 })
})

test('schedule, emphasis and AND compose in this order', () => {
  const mix = compose('a [(b:2):c:3] AND d')
  expect(at(mix, 3)).toMatchObject({ 'a b': 2, 'a ': -1, d: 1, u: -1, 'a c': 0 })
  expect(at(mix, 4)).toMatchObject({ 'a b': 0, 'a ': 0, d: 1, u: -1, 'a c': 1 })
})

test('BREAK begins a new paragraph', () => {
  expect(at(compose('a BREAK b'))).toEqual({ 'a\n\nb': 1 })
})

test('weights beyond what a model bears are limited, and told', () => {
  const { mix, warnings } = composePrompt('a (b:9)')
  expect(at(mix)).toEqual({ 'a b': 3, 'a ': -2 })
  expect(warnings).toEqual([
    {
      code: 'limited-weight',
      message: '“b” has the weight 9: 3 is used; beyond -1 to 3 text degrades.',
      from: 3,
      to: 4,
      numbers: { weight: 9, used: 3 },
    },
  ])
})

test('after sixteen emphasised parts the rest is plain, and told', () => {
  const prompt = Array.from({ length: 20 }, (_, n) => `(w${n}:1.5)`).join(' ')
  const { mix, warnings } = composePrompt(prompt)
  expect(mix.terms).toHaveLength(17)
  expect(warnings.map(({ code, numbers }) => ({ code, numbers }))).toEqual([
    { code: 'many-emphases', numbers: { parts: 20, used: 16 } },
    { code: 'many-sequences', numbers: { sequences: 17 } },
  ])
})

test('the negative is read in its frame, where the main prompt is read', () => {
  const frame = 'Tell me a story about {{negative}}'
  expect(at(applyNegative(asMix('Tell me a story'), 'animals', 1.5, frame).mix)).toEqual({
    'Tell me a story': 1.5,
    'Tell me a story about animals': -0.5,
  })
  const chat = asMix([
    { role: 'system', content: 's' },
    { role: 'user', content: 'main' },
  ])
  expect(applyNegative(chat, 'not this', 2).mix.terms[1]).toEqual({
    prompt: [
      { role: 'system', content: 's' },
      { role: 'user', content: 'not this' },
    ],
  })
})

test('a bare word as negative gets a hint; no negative and guidance 1 change nothing', () => {
  const main = asMix('Tell me a happy story')
  expect(applyNegative(main, 'animals', 1.5).warnings).toEqual([
    '“animals” alone is a weak negative: give a frame like “Tell me a story about {{negative}}”, in the form of the prompt.',
  ])
  expect(applyNegative(main, '', 1.5)).toEqual({ mix: main, warnings: [] })
  expect(applyNegative(main, 'x', 1)).toEqual({ mix: main, warnings: [] })
})

test('terms of two models are two terms', () => {
  const model = { kind: 'file' as const, file: 'a.gguf', adapters: [] }
  const lora: PromptMix = { ...asMix('p'), terms: [{ prompt: 'p', model }] }
  const blend = blendMixes([
    { mix: asMix('p'), weight: 0.5 },
    { mix: lora, weight: 0.5 },
  ])
  expect(blend).toEqual({
    terms: [{ prompt: 'p' }, { prompt: 'p', model }],
    coefficients: [{ cycle: [[0.5, 0.5]] }],
  })
})

test('a mix whose coefficients do not sum to 1, are missing or never end is refused by name', () => {
  const bad = promptMixSchema.safeParse({
    terms: [{ prompt: 'a' }, { prompt: 'b' }],
    coefficients: [{ cycle: [[1, 0.4], [1]] }, { until: { step: 3 }, cycle: [[1, 0]] }],
  })
  expect(bad.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([
    'coefficients.0.until: Must say until when it lasts',
    'coefficients.0.cycle.0: Must sum to 1, sums to 1.4',
    'coefficients.0.cycle.1: Must have one coefficient for each of 2 terms',
    'coefficients.1.until: Must not end: it is the last piece',
  ])
})

const syntax = fc
  .array(
    fc.constantFrom(
      ...['a', 'b ', 'sea', '(', ')', '[', ']', ':', '|', ':1.5)', ':0)', ':-2)', ':3]', ':.5]', ':.)'],
      ...[
        ' AND ',
        ' AND x:.3 ',
        ' BREAK ',
        '\\',
        '\\(',
        '(a:1.3)',
        '[a:b:2]',
        '[a|b|c]',
        '[(b:2):c:.3]',
        '日本',
      ],
    ),
    { maxLength: 14 },
  )
  .map((pieces) => pieces.join(''))

test('whatever is typed composes to a mix that sums to 1 at every step, with a negative too [W47]', () => {
  fc.assert(
    fc.property(
      syntax,
      fc.double({ min: -1, max: 3, noNaN: true }),
      fc.integer({ min: 1, max: 40 }),
      (prompt, g, total) => {
        const { mix } = composePrompt(prompt, { neutral: 'neutral' })
        const guided = applyNegative(mix, 'something else entirely', g).mix
        for (const one of [mix, guided]) {
          expect(promptMixSchema.safeParse(one).error).toBeUndefined()
          for (let step = 1; step <= total; step++) {
            const sum = coefficientsAt(one, step, total).reduce((a, b) => a + b, 0)
            expect(Math.abs(sum - 1)).toBeLessThan(1e-9)
          }
        }
      },
    ),
    { numRuns: 300 },
  )
})

test.each([
  ['spaces', ' '.repeat(100_000)],
  ['digits', `(a:${'1'.repeat(100_000)}`],
  ['dots', `(a:${'1.'.repeat(50_000)})`],
  ['digits in a schedule', `[a:${'1'.repeat(100_000)}`],
  ['bars', `| [${'|'.repeat(100_000)}`],
  ['brackets', '([a:'.repeat(25_000)],
  ['colons', ':'.repeat(100_000)],
  ['nested weights', `${'('.repeat(300)}a${`:${'9'.repeat(400)})`.repeat(200)}:0)`],
  ['BREAKs', 'BREAK '.repeat(16_000)],
  ['ANDs', ' AND a'.repeat(5_000)],
])('a prompt of a hundred thousand %s takes no time', async (_, prompt) => {
  let terms = Infinity
  await expect(() => (terms = composePrompt(prompt).mix.terms.length)).toCostAtMost(50)
  expect(terms).toBeLessThan(20)
})
