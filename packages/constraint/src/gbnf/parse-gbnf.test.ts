import { expect, test } from 'vitest'
import { ConstraintError } from '../errors/constraint-error.ts'
import { compileLanguage } from '../language.ts'

function matching(text: string, candidates: string[]): string[] {
  return candidates.filter(compileLanguage({ kind: 'gbnf', text }).matches)
}

test.each<[string, string, string[], string[]]>([
  ['literals with escapes', 'root ::= "a\\n\\t\\\\\\"\\x41\\u00e9\\U0001F600"', ['a\n\t\\"Aé😀'], ['a']],
  ['classes', 'root ::= [a-c\\]\\x30-\\x39-]', ['b', ']', '5', '-'], ['d', '^']],
  ['negated classes, which hold newlines', 'root ::= [^a-c]', ['\n', 'd', 'é'], ['a', '']],
  ['any character', 'root ::= .', ['\n', 'é', '😀'], ['', 'ab']],
  [
    'repeats',
    'root ::= "a"* "b"+ "c"? "d"{2} "e"{1,} "f"{0,2}',
    ['bdde', 'aabbcddeeff'],
    ['dde', 'bde', 'bddefff'],
  ],
  ['repeats of groups and of repeats', 'root ::= ("a" | "bc"){2,3}+', ['aa', 'abc', 'aaaa'], ['a']],
  [
    'alternatives over lines, and comments',
    'root ::= # first\n  "a" |\n  b # second\n\n# end\nb ::= (\n "c"\n | "d" )',
    ['a', 'c', 'd'],
    ['b'],
  ],
  ['alternatives that begin a line', 'root ::= "a"\n  | "b" # or\n\n  | c\nc ::= "c"', ['a', 'b', 'c'], ['']],
  ['an empty alternative', 'root ::= "a" ( | "b" )', ['a', 'ab'], ['b']],
  ['left recursion', 'root ::= root "+" n | n\nn ::= [0-9]+', ['1', '1+22+3'], ['+', '1+']],
  [
    'left recursion through another rule and an empty one',
    'root ::= a\na ::= none b "x" | "y"\nb ::= a "z" | ""\nnone ::= ""',
    ['y', 'x', 'xzx', 'yzxzx'],
    ['z', 'xz'],
  ],
  [
    'the grammar of palindromes',
    'root ::= "a" root "a" | "b" root "b" | "a" | "b" | ""',
    ['abba', 'ababa', ''],
    ['ab', 'abb'],
  ],
  [
    'tokens, which leave nothing or their name in a text',
    'root ::= <think> "a" <|end|>',
    ['<think>a<|end|>', 'a'],
    ['<think>', '<end>a'],
  ],
  ['names with hyphens and Windows lines', 'root ::= a-b\r\na-b ::= "x"\r\n', ['x'], ['y']],
])('%s', (_, text, accepted, rejected) => {
  expect(matching(text, [...accepted, ...rejected])).toEqual(accepted)
})

test.each<[string, string, number, number, string]>([
  ['root ::= "a', 'invalid-grammar', 1, 10, 'never closed'],
  ['root ::= "a"\nb ::= [a', 'invalid-grammar', 2, 7, 'never closed'],
  ['root ::= ("a"', 'invalid-grammar', 1, 10, 'never closed'],
  ['root ::= "a")', 'invalid-grammar', 1, 13, 'Unexpected ")"'],
  ['root ::= a\n', 'invalid-grammar', 1, 10, '"a" is not defined'],
  ['root ::= "\\q"', 'invalid-grammar', 1, 11, 'Unknown escape'],
  ['root ::= [z-a]', 'invalid-grammar', 1, 11, 'wrong way round'],
  ['root ::= "a"{3,1}', 'invalid-grammar', 1, 13, 'wrong way round'],
  ['root ::= "a"{,2}', 'invalid-grammar', 1, 14, 'Expected a number'],
  ['root ::= * "a"', 'invalid-grammar', 1, 10, 'Unexpected "*"'],
  ['root = "a"', 'invalid-grammar', 1, 6, 'Expected "::="'],
  ['root ::= "a"\nroot ::= "b"', 'invalid-grammar', 2, 1, 'defined twice'],
  ['root ::= []', 'invalid-grammar', 1, 10, 'names no character'],
  ['root ::= <think', 'invalid-grammar', 1, 10, 'never closed'],
  ['root ::= "a" !<[9-3]>', 'invalid-grammar', 1, 14, '<[9-3]> names no tokens'],
  ['root ::= "a" !"b"', 'invalid-grammar', 1, 14, 'Unexpected "!"'],
])('%j is refused as %s at line %i, column %i', (text, code, line, column, message) => {
  let problem: unknown
  try {
    compileLanguage({ kind: 'gbnf', text })
  } catch (error) {
    problem = error
  }
  expect(problem).toBeInstanceOf(ConstraintError)
  expect(problem).toMatchObject({ code, where: { line, column }, message: expect.stringContaining(message) })
})

test('a grammar without root says where texts begin', () => {
  expect(() => compileLanguage({ kind: 'gbnf', text: 'a ::= "x"' })).toThrow(/no rule "root"/)
})
