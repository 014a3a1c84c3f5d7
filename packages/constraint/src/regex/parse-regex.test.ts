import fc from 'fast-check'
import { expect, test } from 'vitest'
import { intersectLanguages } from '../automaton/intersect-languages.ts'
import { matchesText } from '../automaton/matches-text.ts'
import { ConstraintError } from '../errors/constraint-error.ts'
import { compileLanguage } from '../language.ts'
import { runs } from '../testing/property-runs.ts'
import { parseSearchPattern } from './parse-regex.ts'

function matching(pattern: string, texts: string[]): string[] {
  const language = compileLanguage({ kind: 'regex', pattern })
  return texts.filter(language.matches)
}

function problem(pattern: string): { code: string; message: string; position: number | undefined } {
  try {
    compileLanguage({ kind: 'regex', pattern })
  } catch (error) {
    if (error instanceof ConstraintError) {
      return { code: error.code, message: error.message, position: error.where.position }
    }
    throw error
  }
  throw new Error(`${pattern} was accepted`)
}

test.each<[string, string[], string[]]>([
  ['(?i)straße', ['STRAßE', 'Straße', 'strasse'], ['STRAßE', 'Straße']],
  ['(?s).', ['\n', 'a', 'ab'], ['\n', 'a']],
  ['.', ['\n', '\r', 'é', '😀'], ['\r', 'é', '😀']],
  ['\\w+', ['naïve', 'a_1', '日本', 'a-b'], ['naïve', 'a_1', '日本']],
  ['(?a)\\w+', ['naïve', 'a_1'], ['a_1']],
  ['\\d', ['7', '٣', 'x'], ['7', '٣']],
  ['\\Aab\\Z', ['ab', 'abc'], ['ab']],
  ['(?P<year>\\d{4})', ['2024', '24'], ['2024']],
  ['^a|b$', ['a', 'b', 'ab'], ['a', 'b']],
  ['(^a|b)c', ['ac', 'bc'], ['ac', 'bc']],
  ['(?=.*\\d)(?=.*[a-z]).{3,4}', ['a1b', 'abc', '123', 'a1'], ['a1b']],
  ['(?!ab)[a-c]{2}', ['ab', 'ba', 'cc'], ['ba', 'cc']],
  ['[a-c]+(?<=bc)', ['abc', 'bca', 'bc'], ['abc', 'bc']],
  ['\\bfoo\\b', ['foo', 'foo '], ['foo']],
  ['x{,3}y', ['y', 'xxxy', 'xxxxy'], ['y', 'xxxy']],
  ['a{b}', ['a{b}', 'ab'], ['a{b}']],
  ['[]a-]+', [']', '-a', 'b'], [']', '-a']],
  ['[\\w-]+', ['a-b', '+'], ['a-b']],
  ['a{2,}?b*?', ['aa', 'aaab', 'a'], ['aa', 'aaab']],
  ['(?x) a b # both\n c', ['abc', 'a b c'], ['abc']],
  ['\\x41\\u00e9\\U0001F600\\012', ['Aé😀\n'], ['Aé😀\n']],
  ['(?i:a)b', ['Ab', 'aB'], ['Ab']],
  ['(?a:\\w)\\w', ['aé', 'éa', 'ab'], ['aé', 'ab']],
  ['(?a)\\w(?u:\\w)', ['aé', 'éa'], ['aé']],
  ['(?ai)[k-m]é', ['Ké', '\u212aé', 'kÉ'], ['Ké']],
  ['(?i)k', ['K', '\u212a'], ['K', '\u212a']],
  ['(?x: a b # one ) \n )c d', ['abc d', 'abcd', 'a bc d'], ['abc d']],
  ['(?x)a(?-x: b)c', ['a bc', 'abc'], ['a bc']],
  ['(?xi-s:A .)', ['ab', 'a\n'], ['ab']],
  ['(?as:\\d.)', ['7\n', '٣a'], ['7\n']],
  [`(?x)a#${'x'.repeat(2_000)}\nb`, ['ab', 'a'], ['ab']],
  [`a(?#${'x'.repeat(2_000)})b`, ['ab'], ['ab']],
  [
    '\\101\\x42[\\103\\1\\60]\\0',
    ['ABC\0', 'AB\u0001\0', 'AB0\0', 'AB1\0'],
    ['ABC\0', 'AB\u0001\0', 'AB0\0'],
  ],
  ['a{,}b', ['b', 'aaab', 'a{,}b'], ['b', 'aaab']],
  ['\\x{41}[\\x{1F600}]\\U0001F600', ['A😀😀', 'A😀'], ['A😀😀']],
  ['\\p{Greek}\\p{L}', ['αa', 'aα'], ['αa']],
  ['\\p{Lu}\\P{Lu}', ['Aa', 'AA'], ['Aa']],
  ['\\d{3,1000000000}', ['12', '123', '1'.repeat(40)], ['123', '1'.repeat(40)]],
])('%s matches what Python says', (pattern, texts, expected) => {
  expect(matching(pattern, texts)).toEqual(expected)
})

test.each([
  ['(a)\\1', 'unsupported-regex', 'a back-reference', 3],
  ['(?P<x>a)(?P=x)', 'unsupported-regex', 'a back-reference', 8],
  ['(?<x>a)\\k<x>', 'unsupported-regex', 'a back-reference', 7],
  ['a(?=b)c', 'unsupported-regex', 'look-ahead inside the pattern', 1],
  ['a(?<!b)c', 'unsupported-regex', 'look-behind inside the pattern', 1],
  ['a(?P<n>^b)', 'unsupported-regex', '"^" inside the pattern', 7],
  ['a$b', 'unsupported-regex', '"$" inside the pattern', 1],
  ['a\\bb', 'unsupported-regex', '"\\b" inside the pattern', 1],
  ['(?>a)b', 'unsupported-regex', 'an atomic group', 0],
  ['a++b', 'unsupported-regex', 'a possessive quantifier', 1],
  ['a(?i)b', 'unsupported-regex', 'a flag that begins in the middle', 1],
  ['a\\N{BULLET}', 'unsupported-regex', 'the escape "\\N{BULLET}"', 1],
  ['[\\N{BULLET}]', 'unsupported-regex', 'the escape "\\N{BULLET}"', 1],
  ['(?R)', 'unsupported-regex', 'a recursive call', 0],
  ['x[[:alpha:]]', 'unsupported-regex', '“[:alpha:]” in a class', 2],
  ['[a-z&&[^b]]', 'unsupported-regex', '“&&[” in a class', 4],
  ['a\\p{IsThai}', 'unsupported-regex', 'the property "\\p{IsThai}"', 1],
  ["(?'x'a)", 'unsupported-regex', 'a group of an unknown kind', 0],
  ['\\400', 'invalid-regex', 'an octal escape "\\400" above 377', 0],
  ['[\\8]', 'invalid-regex', 'the escape "\\8"', 1],
  ['a(?#b', 'invalid-regex', 'a comment that is never closed', 1],
  ['(?x:a', 'invalid-regex', 'Unterminated group', 5],
  ['\\Kx', 'unsupported-regex', 'the escape "\\K"', 0],
  ['x[a', 'invalid-regex', 'a class that is never closed', 1],
  ['a\\', 'invalid-regex', 'a backslash with nothing after it', 1],
  ['(a', 'invalid-regex', 'Unterminated group', 2],
  ['*a', 'invalid-regex', 'Nothing to repeat', 1],
])('%s is refused as %s: %s at %i', (pattern, code, what, position) => {
  expect(problem(pattern)).toEqual({ code, message: expect.stringContaining(what), position })
})

const pattern = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'regex' },
    fc.constantFrom('a', 'b', 'é', '.', '[ab]', '[^a]', '[a-cé]', '\\n', '😀', '\\d', '(?:)'),
    fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `${left}${right}`),
    fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `(?:${left}|${right})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '*?', '{2}', '{0,2}', '{1,3}', '{2,}'))
      .map(([inner, repeats]) => `(?:${inner})${repeats}`),
  ),
})).pattern
const text = fc
  .array(fc.constantFrom('a', 'b', 'c', 'é', '\n', '😀', '1'), { maxLength: 6 })
  .map((list) => list.join(''))

test('random regexes match exactly the texts that JavaScript says, and allow each beginning of those', () => {
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 8, maxLength: 8 }), (source, texts) => {
      const language = compileLanguage({ kind: 'regex', pattern: source })
      const expected = texts.filter((one) => new RegExp(`^(?:${source})$`, 'u').test(one))
      expect(texts.filter(language.matches)).toEqual(expected)
      for (const one of expected) {
        const points = Array.from(one)
        expect(points.every((_, end) => language.allowsPrefix(points.slice(0, end).join('')))).toBe(true)
      }
    }),
    runs(150),
  )
})

test('anchors anywhere in a pattern of a schema mean what they mean in JavaScript, negated too', () => {
  const anchored = fc
    .array(fc.oneof(fc.constantFrom('^', '$', '(?:,|$)', '(?:^|,)', 'a', '[^,]', 'b?'), pattern), {
      maxLength: 5,
    })
    .chain((parts) =>
      fc.constantFrom(parts.join(''), `(?:${parts.join('')}){1,2}`, `(?:${parts.join('|')})b?`),
    )
  const words = fc
    .array(fc.constantFrom('a', 'b', ',', 'é', '\u{10ffff}'), { maxLength: 4 })
    .map((list) => list.join(''))
  fc.assert(
    fc.property(anchored, fc.array(words, { minLength: 8, maxLength: 8 }), (source, texts) => {
      const matching = texts.filter((one) => new RegExp(source, 'u').test(one))
      const accepted = (schema: object): string[] => {
        const { matches } = compileLanguage({
          kind: 'json-schema',
          schema: { anyOf: [{ type: 'string', ...schema }, { const: 0 }] },
        })
        return texts.filter((one) => matches(JSON.stringify(one)))
      }
      expect(accepted({ pattern: source })).toEqual(matching)
      expect(accepted({ not: { pattern: source } })).toEqual(texts.filter((one) => !matching.includes(one)))
    }),
    runs(100),
  )
})

test('a beginning is allowed exactly if some continuation matches', () => {
  fc.assert(
    fc.property(pattern, text, text, (source, beginning, rest) => {
      const language = compileLanguage({ kind: 'regex', pattern: source })
      if (language.matches(beginning + rest)) expect(language.allowsPrefix(beginning)).toBe(true)
      if (!language.allowsPrefix(beginning)) expect(language.matches(beginning + rest)).toBe(false)
    }),
    runs(100),
  )
})

test('braces after \\x are refused in the pattern of a schema, where they may mean either', () => {
  const schema = { type: 'string', pattern: '\\x{41}' }
  expect(() => compileLanguage({ kind: 'json-schema', schema })).toThrow(/the escape "\\x"/)
})

test('of words that may stand anywhere, which were found is not told apart', () => {
  const words = parseSearchPattern('list|date|time|string|enum|double|long|boolean|number$')
  const { graph } = intersectLanguages([{ expression: words, negate: false }])
  expect(graph.size).toBeLessThan(200)
  expect(
    ['a datum of time', 'no number', 'a numbered lis'].filter((text) => matchesText(words, text)),
  ).toEqual(['a datum of time', 'no number'])
})

test('where lines are told apart, anchors match at them, as JavaScript has it', () => {
  const patterns = ['^b$', 'b$', '^a$|^b\\n?$', '^$', '(^|a)b', 'a$\\n^b', '\\n^', '(a$\\s+)+^b', '[^a]^b']
  const parts = ['', 'a', 'b', '\n', '\r', '\u2028']
  const texts = parts.flatMap((one) => parts.flatMap((two) => parts.map((three) => one + two + three)))
  for (const pattern of patterns) {
    const expected = texts.filter((text) => new RegExp(pattern, 'um').test(text))
    for (const spelled of [`(?m)${pattern}`, `(?m:${pattern})`]) {
      const expression = parseSearchPattern(spelled)
      expect({ spelled, found: texts.filter((text) => matchesText(expression, text)) }).toEqual({
        spelled,
        found: expected,
      })
    }
  }
  expect(matching('(?m)^a$\\n^b$', ['a\nb', 'a\rb', 'ab'])).toEqual(['a\nb'])
  expect(matching('(?m)a\\n(?-m:^b)|\\Aa\\Z', ['a\nb', 'a'])).toEqual(['a'])
})
