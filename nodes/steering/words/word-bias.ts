import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'

/** A word or phrase and how much more often it should come: added to its logit, or never, or nothing but it. */
export interface WordBias {
  text: string
  weight: number | 'never' | 'only'
  /** As typed only, without the forms with a leading space or a capital. */
  exact?: boolean | undefined
}

/** Logits differ by some tens; more is the same as never or always. */
const strongest = 100
/** Each word is looked for at every step. */
const mostWords = 10_000

export const wordBiasSchema: z.ZodType<WordBias> = z.strictObject({
  text: z.string().min(1),
  weight: z.union([z.number().min(-strongest).max(strongest), z.enum(['never', 'only'])]),
  exact: z.boolean().optional(),
})

/**
 * Reads lines of `word, "a phrase, quoted": weight`. The weight stands after the last colon: a number, `never` or `only`.
 * @throws WoolgatherError invalid-input, naming the line
 */
export function parseWordBiases(text: string, exact: boolean, input: string): WordBias[] {
  const biases = text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const { words, weight } = parseLine(line, index + 1, input)
    return words.map((word): WordBias => ({ text: word, weight, ...(exact && { exact }) }))
  })
  if (biases.length <= mostWords) return biases
  throw new WoolgatherError(
    'invalid-input',
    `There are ${biases.length} words; at most ${mostWords} can be biased.`,
    {
      input,
    },
  )
}

function parseLine(
  line: string,
  number: number,
  input: string,
): { words: string[]; weight: WordBias['weight'] } {
  const colon = line.lastIndexOf(':')
  const words = splitWords(line.slice(0, Math.max(colon, 0)))
  if (colon < 0 || words.length === 0) {
    throw new WoolgatherError(
      'invalid-input',
      `Line ${number}, “${line.trim()}”, does not say what counts how much.`,
      {
        input,
        where: { line: number },
        hint: 'Write words, a colon and a weight: “moon, star: 3”, “dragon: never” or “yes, no: only”.',
      },
    )
  }
  return { words, weight: readWeight(line.slice(colon + 1).trim(), number, input) }
}

/** Words between commas; one in "quotes" may hold commas, and spaces at its ends. */
function splitWords(text: string): string[] {
  return [...text.matchAll(/\s*(?:"([^"]*)"|([^,]*))\s*(?:,|$)/g)]
    .map(([, quoted, plain = '']) => quoted ?? plain.trim())
    .filter((word) => word !== '')
}

function readWeight(typed: string, number: number, input: string): WordBias['weight'] {
  if (typed === 'never' || typed === 'only') return typed
  const weight = typed === '' ? Number.NaN : Number(typed.replace('−', '-'))
  if (Math.abs(weight) <= strongest) return weight
  throw new WoolgatherError(
    'invalid-input',
    `Line ${number}: “${typed}” is no weight from −${strongest} to ${strongest}, and neither “never” nor “only”.`,
    { input, where: { line: number }, hint: '3 makes a word some twenty times likelier, −3 as much rarer.' },
  )
}

/** How a word may be written: as it is, with a leading space, with a capital, with both. */
export function formsOf(word: WordBias): string[] {
  if (word.exact === true) return [word.text]
  return formsWithoutSpace(word).flatMap((form) => [form, ` ${form}`])
}

export function formsWithoutSpace({ text }: WordBias): string[] {
  const [first = '', ...rest] = text
  return [...new Set([text, first.toUpperCase() + rest.join('')])]
}
