import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'

/** A text and its opposite. */
export interface TextPair {
  positive: string
  negative: string
}

const gap = /\{\{\s*word\s*\}\}/g
/** Each pair is read, and may be answered, twice. */
const mostPairs = 10_000

/** A list, or text with an item on each line. */
export const linesSchema: z.ZodType<string[], string | string[]> = z.union([
  z.array(z.string()),
  z.string().transform((text) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
])

/**
 * Pairs in order; the shorter list is gone through again. With templates, each word pair in each template.
 * @throws WoolgatherError missing-input, invalid-input
 */
export function pairTexts(
  positive: readonly string[],
  negative: readonly string[],
  templates: readonly string[],
  repeat: number,
): TextPair[] {
  for (const [input, list] of Object.entries({ positive, negative })) {
    if (list.length > 0) continue
    throw new WoolgatherError('missing-input', `There is no ${input} text to train from.`, { input })
  }
  const words = Array.from({ length: Math.max(positive.length, negative.length) }, (_, index) => ({
    positive: positive[index % positive.length] ?? '',
    negative: negative[index % negative.length] ?? '',
  }))
  const pairs = templates.length === 0 ? words : templates.flatMap((template) => fillWith(template, words))
  if (pairs.length * repeat <= mostPairs) return Array.from({ length: repeat }, () => pairs).flat()
  throw new WoolgatherError(
    'invalid-input',
    `These would be ${pairs.length * repeat} pairs; ${mostPairs} is most.`,
    {
      input: 'repeat',
    },
  )
}

function fillWith(template: string, words: readonly TextPair[]): TextPair[] {
  if (template.search(gap) < 0) {
    throw new WoolgatherError('invalid-input', `The template “${template}” has no {{word}}.`, {
      input: 'templates',
      hint: 'Write {{word}} where the words are to stand: “Tell me a {{word}} story.”',
    })
  }
  const fill = (word: string): string => template.replace(gap, () => word)
  return words.map(({ positive, negative }) => ({ positive: fill(positive), negative: fill(negative) }))
}
