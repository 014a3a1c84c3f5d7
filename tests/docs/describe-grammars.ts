import {
  refusedGrammars,
  samples,
  type GrammarSample,
} from '../../packages/constraint/src/testing/grammar-samples.ts'

/** What a notation knows: each with a text in it, answers that match and answers that do not. */
export function describeSamples(notation: keyof typeof samples): string {
  return samples[notation].map((sample) => describe(sample, notation)).join('\n\n')
}

export function describeRefusedGrammars(notation: keyof typeof samples): string {
  return refusedGrammars[notation].map(({ what, instead }) => `- ${what}. Instead: ${instead}.`).join('\n')
}

function describe({ says, text, right, wrong }: GrammarSample, notation: string): string {
  return [says, '', `\`\`\`${notation}`, text, '```', '', `${list(right)}; not ${list(wrong)}.`].join('\n')
}

/** Answers on one line each, a line break as it is written in JSON. */
function list(texts: readonly string[]): string {
  return texts.map((text) => (text === '' ? 'nothing' : `\`${text.replaceAll('\n', '\\n')}\``)).join(', ')
}
