import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { composePrompt } from './compose-prompt.ts'
import { scheduleText } from './schedule-text.ts'
import { valueAt } from './timed.ts'

interface Case {
  prompt: string
  steps: number
  schedule: [lastStep: number, text: string][]
}

const cases = JSON.parse(readFileSync(new URL('./fixtures/schedule.json', import.meta.url), 'utf8')) as Case[]

function textsOf(prompt: string, steps: number): string[] {
  const { texts } = scheduleText(prompt)
  return Array.from({ length: steps }, (_, index) => valueAt(texts, index + 1, steps))
}

test.each(cases)(
  '$prompt reads at each of $steps steps as in AUTOMATIC1111',
  ({ prompt, steps, schedule }) => {
    const expected = Array.from(
      { length: steps },
      (_, index) => schedule.find(([last]) => index + 1 <= last)?.[1],
    )
    expect(textsOf(prompt, steps)).toEqual(expected)
  },
)

test('switches by steps and by fractions stand side by side, whatever the total', () => {
  const prompt = '[a:b:3] [c:d:.5]'
  expect(textsOf(prompt, 4)).toEqual(['a c', 'a c', 'a d', 'b d'])
  expect(textsOf(prompt, 8)).toEqual(['a c', 'a c', 'a c', 'b c', 'b d', 'b d', 'b d', 'b d'])
})

test('alternations of two and three repeat after six', () => {
  expect(textsOf('[a|b][1|2|3]', 7)).toEqual(['a1', 'b2', 'a3', 'b1', 'a2', 'b3', 'a1'])
})

test('a | outside brackets makes the whole prompt literal, as in AUTOMATIC1111, and says so', () => {
  expect(scheduleText('a | [b:c:3]').texts).toEqual([{ cycle: ['a | [b:c:3]'] }])
  expect(composePrompt('a | [b:c:3]').warnings).toMatchObject([
    { code: 'schedules-are-text', from: 4, to: 11 },
  ])
  expect(composePrompt('a | b').warnings).toEqual([])
})

test('a schedule right beside a stray bracket stays one, where AUTOMATIC1111’s ambiguous grammar takes it for text', () => {
  expect(textsOf('[a:b:1]]', 2)).toEqual(['a]', 'b]'])
})

test('[a:1.5] is a schedule that never comes, and says how a weight is written', () => {
  expect(scheduleText('[a:1.5]').texts).toEqual([{ cycle: [''] }])
  expect(composePrompt('[a:1.5]').warnings).toEqual([
    {
      code: 'switch-too-late',
      message: '“[a:1.5]” switches after the end, so “a” never appears.',
      hint: 'A weight is written (a:1.5); half of the answer is 0.5.',
      from: 0,
      to: 7,
      numbers: { when: 1.5 },
    },
  ])
})

test('prompts made to explode are taken as text, quickly', () => {
  const many = [2, 3, 5, 7, 11, 13].map((n) => `[${'a|'.repeat(n - 1)}b]`).join('')
  expect(scheduleText(many).texts).toEqual([{ cycle: [many] }])
  const open = '['.repeat(50_000)
  expect(scheduleText(open).texts).toEqual([{ cycle: [open] }])
  const nested = `${'['.repeat(500)}a${']'.repeat(500)}`
  expect(scheduleText(nested).texts).toEqual([{ cycle: [nested] }])
})
