import { expect, test } from 'vitest'
import { compileLanguage } from './language.ts'
import { refusedGrammars, samples, sourceOf } from './testing/grammar-samples.ts'

const notations = ['regex', 'gbnf', 'lark'] as const

test.each(notations.flatMap((notation) => samples[notation].map((sample) => ({ notation, ...sample }))))(
  '$notation: $says Right texts match, wrong ones do not',
  ({ notation, text, right, wrong }) => {
    const { matches } = compileLanguage(sourceOf(notation, text))
    expect({ right: right.filter(matches), wrong: wrong.filter(matches) }).toEqual({ right, wrong: [] })
  },
)

test.each(
  notations.flatMap((notation) => refusedGrammars[notation].map((sample) => ({ notation, ...sample }))),
)('$notation: $what is refused by name, not called invalid', ({ notation, text, code }) => {
  expect(() => compileLanguage(sourceOf(notation, text))).toThrow(expect.objectContaining({ code }) as Error)
})
