import { expect, test } from 'vitest'
import { compileLanguage } from '../language.ts'
import { formatSamples } from '../testing/format-samples.ts'
import { possibleOfFormat } from './format-bounds.ts'
import { formatNames } from './formats.ts'

test('every format has samples', () => {
  expect(Object.keys(formatSamples)).toEqual(formatNames)
})

test.each(Object.entries(formatSamples))(
  '%s: right texts are accepted, wrong ones are not',
  (format, { right, wrong }) => {
    const { matches } = compileLanguage({ kind: 'json-schema', schema: { type: 'string', format } })
    const accepted = (texts: readonly string[]): string[] =>
      texts.filter((text) => matches(JSON.stringify(text)))
    expect({ right: accepted(right), wrong: accepted(wrong) }).toEqual({ right, wrong: [] })
  },
)

test.each(Object.entries(formatSamples))(
  '%s: right texts are refused where the format is negated',
  (format, { right }) => {
    expect(possibleOfFormat(format)).toBeDefined()
    const { matches } = compileLanguage({
      kind: 'json-schema',
      schema: { anyOf: [{ type: 'string', not: { format } }, { const: 0 }] },
    })
    expect(right.filter((text) => matches(JSON.stringify(text)))).toEqual([])
  },
)

test('a host name has 253 characters at most, also among listed values and names of properties', () => {
  const [fits, tooLong] = [61, 62].map((last) =>
    [63, 63, 63, last].map((length) => 'a'.repeat(length)).join('.'),
  )
  const listed = compileLanguage({
    kind: 'json-schema',
    schema: { enum: [fits, tooLong], format: 'hostname' },
  })
  const named = compileLanguage({
    kind: 'json-schema',
    schema: { type: 'object', propertyNames: { format: 'hostname' }, additionalProperties: true },
  })
  const accepted = [fits, tooLong].map((name) => [
    listed.matches(JSON.stringify(name)),
    named.matches(JSON.stringify({ [name!]: 1 })),
  ])
  expect(accepted).toEqual([
    [true, true],
    [false, false],
  ])
})
