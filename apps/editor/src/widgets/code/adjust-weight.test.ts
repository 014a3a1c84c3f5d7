import { expect, test } from 'vitest'
import { adjustWeight } from './adjust-weight.ts'

/** `|` marks the ends of the selection, or the cursor. */
function press(marked: string, step: number): string | undefined {
  const from = marked.indexOf('|')
  const last = marked.lastIndexOf('|')
  const to = last === from ? from : last - 1
  const adjusted = adjustWeight(marked.replaceAll('|', ''), { from, to }, step)
  if (!adjusted) return undefined
  const { text } = adjusted
  return `${text.slice(0, adjusted.from)}|${text.slice(adjusted.from, adjusted.to)}|${text.slice(adjusted.to)}`
}

test.each([
  ['selected words get a weight', 'a |happy sea| story', 0.1, 'a (|happy sea|:1.1) story'],
  ['a weight that is there grows', 'a (|happy|:1.1) story', 0.1, 'a (|happy|:1.2) story'],
  ['at 1 the brackets go', 'a (|happy|:1.1) story', -0.1, 'a |happy| story'],
  ['the cursor means the word at it', 'a hap|py story', -0.1, 'a (|happy|:0.9) story'],
  [
    'the cursor in weighted words means them all',
    'a (very hap|py:1.5) story',
    0.1,
    'a (|very happy|:1.6) story',
  ],
  [
    'brackets in the selection count as selected words',
    'a |(happy:1.5)| story',
    0.1,
    'a (|happy|:1.6) story',
  ],
  ['blanks at the ends stay outside', 'a| happy |story', 0.1, 'a (|happy|:1.1) story'],
  ['below nothing it is negative', '(|sad|:0)', -0.1, '(|sad|:-0.1)'],
])('%s', (_, before, step, after) => {
  expect(press(before, step)).toBe(after)
})

test('where there is no word nothing changes', () => {
  expect(press('a  |  story', 0.1)).toBe(undefined)
})
