import { expect, test } from 'vitest'
import { ConstraintError } from '../errors/constraint-error.ts'
import { compileLanguage } from '../language.ts'
import { commonTerminals } from './common-terminals.ts'

const json = `
?start: value
?value: object
      | array
      | string
      | SIGNED_NUMBER      -> number
      | "true"             -> true
      | "null"
array  : "[" [value ("," value)*] "]"
object : "{" [pair ("," pair)*] "}"
pair   : string ":" value
string : ESCAPED_STRING
%import common.ESCAPED_STRING
%import common.SIGNED_NUMBER
%import common.WS
%ignore WS
`
const arithmetic = `
?start: sum
?sum: product | sum "+" product | sum "-" product   // left-recursive
!product.2: atom | product "*" atom
?atom: NUMBER | "-" atom | "(" sum ")" | NAME
NAME.3: ("a".."z")+
%import common (NUMBER, WS_INLINE)
%ignore WS_INLINE
`

test.each<[string, string, string[], string[]]>([
  [
    'the JSON grammar of Lark’s tutorial',
    json,
    ['{"a": [1, 2.5e3 , true]}', ' [ ] ', '"x\\"y"'],
    ['[1,]', '{"a" 1}', ''],
  ],
  ['arithmetic', arithmetic, ['1 + 2*(x-3)', '-a*b', '(1)'], ['1 +', '1 2 +', 'A']],
  [
    'texts in any case, and counts',
    'start: "select"i WORD~2..3\nWORD: /[a-z]+/i',
    ['SeLectab', 'selectABC'],
    ['selecta', 'selext'],
  ],
  ['escapes in texts and regexes', 'start: "\\"\\n\\x41\\u00e9" /[\\/\\d]+/', ['"\nAé1/2'], ['"']],
  ['groups over lines', 'start: (\n "a"\n | "b"\n)~3 # comment', ['aba'], ['ab']],
  ['optional parts', 'start: ["a"] "b"? [("c" | "d")+]', ['', 'ab', 'bcd'], ['ba']],
  ['an import under another name', 'start: N\n%import common.INT -> N', ['12'], ['x']],
  [
    'regexes over several lines, and lines that go on',
    'start: /a  # first\n  b/x \\\n  /(?x) c # then\n d/',
    ['abcd'],
    ['a bcd', 'ab'],
  ],
  ['texts in any case, as Unicode folds them', 'start: "ß"i "k"i', ['ẞK', 'ß\u212a'], ['SSk']],
  ['the same import twice', '%import common.INT\n%import common.INT\nstart: INT', ['12'], ['x']],
  ['nothing ignored inside terminals', 'start: PAIR\nPAIR: "a" "b"\n%ignore " "', ['ab', ' ab '], ['a b']],
])('%s', (_, text, accepted, rejected) => {
  const { matches } = compileLanguage({ kind: 'lark', text })
  expect([...accepted, ...rejected].filter(matches)).toEqual(accepted)
})

test('begins at the rule that is asked for', () => {
  expect(compileLanguage({ kind: 'lark', text: 'a: "x" b\nb: "y"', start: 'b' }).matches('y')).toBe(true)
})

test('every common terminal matches an example of it', () => {
  const examples: Record<string, string> = {
    DIGIT: '7',
    HEXDIGIT: 'F',
    INT: '12',
    SIGNED_INT: '-12',
    DECIMAL: '1.',
    _EXP: 'e-5',
    FLOAT: '1e5',
    SIGNED_FLOAT: '+1.5e-3',
    NUMBER: '1.5',
    SIGNED_NUMBER: '-2',
    ESCAPED_STRING: '"a\\"b"',
    LCASE_LETTER: 'a',
    UCASE_LETTER: 'A',
    LETTER: 'b',
    WORD: 'abC',
    CNAME: '_a1',
    WS_INLINE: ' \t',
    WS: ' \n',
    CR: '\r',
    LF: '\n',
    NEWLINE: '\r\n\n',
    SH_COMMENT: '# x',
    CPP_COMMENT: '// x',
    C_COMMENT: '/* a * b */',
    SQL_COMMENT: '-- x',
  }
  const matched = Object.keys(commonTerminals).filter((name) =>
    compileLanguage({ kind: 'lark', text: `start: ${name}\n%import common.${name}` }).matches(
      examples[name]!,
    ),
  )
  expect(matched).toEqual(Object.keys(examples))
})

test.each<[string, string, number, number, string]>([
  ['%declare X\nstart: X', 'unsupported-grammar', 1, 1, '"%declare"'],
  ['start: "a"\n%import python.NAME', 'unsupported-grammar', 2, 9, 'Importing from "python.'],
  ['%import common.FOO\nstart: FOO', 'unsupported-grammar', 1, 16, '"common.FOO"'],
  ['start: "\\d+"', 'unsupported-grammar', 1, 8, 'The escape "\\d"'],
  ['start: /[[:alpha:]]/', 'unsupported-grammar', 1, 8, '“[:alpha:]” in a class'],
  ['start: "a"?b\nb: "b"', 'invalid-grammar', 1, 11, '"?" stands before a rule where it is defined'],
  ['start: "a" !b\nb: "b"', 'invalid-grammar', 1, 12, '"!" stands before a rule where it is defined'],
  ['root ::= "a"', 'invalid-grammar', 1, 6, 'not "::="'],
  ['start: "x"\n  | /a(?!b)c/', 'unsupported-grammar', 2, 5, 'look-ahead inside the pattern'],
  ['start: /(a)\\1/', 'unsupported-grammar', 1, 8, 'a back-reference'],
  ['start: /(/', 'invalid-grammar', 1, 8, 'Unterminated group'],
  ['start: a', 'invalid-grammar', 1, 8, '"a" is not defined'],
  ['start: "a', 'invalid-grammar', 1, 8, 'Unexpected'],
  ['start: ("a"', 'invalid-grammar', 1, 8, 'never closed'],
  ['start: "a"\nstart: "b"', 'invalid-grammar', 2, 1, 'defined twice'],
  ['start "a"', 'invalid-grammar', 1, 7, 'Expected ":"'],
  ['start: "z".."a"', 'invalid-grammar', 1, 8, 'wrong way round'],
  ['start: "a"~3..2', 'invalid-grammar', 1, 12, 'wrong way round'],
])('%j is refused as %s at line %i, column %i', (text, code, line, column, message) => {
  let problem: unknown
  try {
    compileLanguage({ kind: 'lark', text })
  } catch (error) {
    problem = error
  }
  expect(problem).toBeInstanceOf(ConstraintError)
  expect(problem).toMatchObject({ code, where: { line, column }, message: expect.stringContaining(message) })
})

test('what is never closed is refused in time, however often it could begin anew', () => {
  const [brackets, quotes] = ['['.repeat(60_000), '\\"'.repeat(60_000)]
  const compile = (text: string) => () => compileLanguage({ kind: 'lark', text })
  expect(compile(`start: /${brackets}/`)).toThrow('never closed')
  expect(compile(`start: %json {"a": "${quotes}`)).toThrow('never closed')
})
