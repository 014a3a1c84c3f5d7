import type { Example } from '@woolgather/train'
import { markLearnt, type LearntExample, type LearntText } from '@woolgather/workflow'

/** What is shown of a dataset: enough to see how it is read, and what still travels and is drawn at once. */
const [mostExamples, mostTokens, mostTokensEach] = [100, 16_000, 2_000]
/** Examples of the text that is made of it. */
const inText = 3

interface Detokenizes {
  detokenize(tokens: readonly number[], options: { special: boolean }): string
}

/** The first examples as the model reads them, with what is learnt of them. */
export function showLearnt(
  model: Detokenizes,
  examples: readonly (Example & { name: string })[],
): LearntText {
  const shown: LearntExample[] = []
  let room = mostTokens
  for (const example of examples.slice(0, mostExamples)) {
    if (room <= 0) break
    const most = Math.min(room, mostTokensEach)
    shown.push(showExample(model, example, most))
    room -= Math.min(most, example.tokens.length)
  }
  return { kind: 'learnt-text', examples: shown, more: examples.length - shown.length }
}

/** The very first in letters alone, whole. */
export function previewLearnt(model: Detokenizes, examples: readonly (Example & { name: string })[]): string {
  return examples
    .slice(0, inText)
    .map((example) => markLearnt(showExample(model, example, Infinity)))
    .join('\n\n')
}

function showExample(
  model: Detokenizes,
  { name, tokens, weights }: Example & { name: string },
  most: number,
): LearntExample {
  const end = Math.min(tokens.length, most)
  const runs: LearntExample['runs'] = []
  for (let from = 0, at = 1; at <= end; at++) {
    if (at < end && weights[at] === weights[from]) continue
    const text = model.detokenize([...tokens.subarray(from, at)], { special: true })
    runs.push({ text, weight: weights[from]! })
    from = at
  }
  const learnt = weights.reduce((sum, weight) => sum + Number(weight !== 0), 0)
  return { name, tokens: tokens.length, learnt, runs, cut: tokens.length - end }
}
