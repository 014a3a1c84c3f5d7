/** Templates of Lark, and what llguidance adds to its notation; each sample agrees with llguidance, but for templates. */
import { expect, test } from 'vitest'
import { checkSource } from '../check-source.ts'
import { ConstraintError } from '../errors/constraint-error.ts'
import { compileLanguage } from '../language.ts'

test.each<[string, string, string[], string[]]>([
  [
    'a template, used with terminals, texts and rules',
    'start: "[" _sep{pair, ","} "]" _sep{NUMBER, ";" | "/"}\n_sep{x, separator}: x (separator x)*\npair: NUMBER ":" NUMBER\nNUMBER: /[0-9]+/\n%ignore " "',
    ['[1:2]3', '[1:2, 3:4] 5;6/7'],
    ['[1:2,]3', '[1:2]3,4', '[]3'],
  ],
  [
    'templates inside templates, which hand on what they were given',
    'start: list{list{A}}\nlist{x}: "(" _sep{x, ","} ")"\n_sep{x, s}: x (s x)*\nA: "a"',
    ['((a))', '((a,a),(a))'],
    ['(a)', '((a),a)', '(())'],
  ],
  [
    'a template that uses itself with the same parts',
    'start: tree{"x"i}\ntree{leaf}: leaf | "(" tree{leaf} tree{leaf} ")"',
    ['x', '(xX)', '((xx)x)'],
    ['(x)', '()'],
  ],
  [
    'templates that are handed to templates',
    'start: twice{quoted} twice{doubled}\ntwice{f}: both{f} f{A}\nboth{g}: g{"b"}\nquoted{x}: "<" x ">"\ndoubled{x}: x x\nA: "a"',
    ['<b><a>bbaa'],
    ['<b><a>baa', '<b>bbaa', 'bbaa<b><a>'],
  ],
  [
    'bounds in braces, beside a template’s',
    'start: A{2,3} B{,1} C{2} D{1,}\nA: "a"\nB: "b"\nC: "c"\nD: "d"',
    ['aaccd', 'aaabccdd'],
    ['accd', 'aabbccd', 'aacd', 'aacc'],
  ],
  [
    'terminals joined by “&”, and what “~” leaves',
    'start: WORD\nWORD: LETTERS & ~KEYWORD & /.{2,4}/\nLETTERS: /[a-z]+/\nKEYWORD: "if" | "else"',
    ['iff', 'abcd', 'el'],
    ['if', 'else', 'a', 'abcde', ''],
  ],
  [
    '“&” binds tighter than “|”, “~” tighter than “+”',
    'start: T | U "!"\nT: A & B | C\nA: /[ab]+/\nB: /[bc]+/\nC: "x"\nU: (~"a"+) & /a?/',
    ['b', 'bb', 'x', '!'],
    ['a', 'c', 'ab', '', 'a!', 'b!'],
  ],
  [
    'no two line breaks in a row',
    'start: L\nL: /[a-z \\n]*/ & ~/(?s:.*)\\n\\n(?s:.*)/',
    ['a\nb\n', ''],
    ['a\n\nb', 'A'],
  ],
  [
    '“&” in a rule, where both are terminals',
    'start: "<" (A & /..?/) ">"\nA: /a*/',
    ['<aa>'],
    ['<>', '<aaa>'],
  ],
  [
    'a suffix ends the text that is as short as can be',
    'start: x "!"\nx[suffix="end"]: /.*/',
    ['fooend!', 'end!'],
    ['foo!', 'endxend!', 'fooendend!'],
  ],
  ['a lazy rule', 'start: x "!"\nx[lazy]: /.*end/', ['fooend!', 'end!'], ['foo!', 'endxend!']],
  ['a lazy rule without a delimiter', 'start: x\nx[lazy, capture]: /[0-9]+/', ['1'], ['12', '']],
  [
    'a rule up to a stop, which what follows writes',
    'start: x "end"\nx[capture="it", stop="end"]: /.*/',
    ['fooend', 'end'],
    ['foo', 'endxend'],
  ],
  [
    'a suffix that is a regex or a terminal',
    'start: x y\nx[suffix=/;+/]: /[a-z]*/\ny[stop_capture="z", suffix=DOT]: WORD\nDOT: "."\nWORD: /[a-z.]+/',
    ['foo;b.', ';b.', 'a;..'],
    ['foo;;b.', 'foo;b.c.', 'b.'],
  ],
  [
    'free text and calls in it, which a lazy rule begins: what else may begin there ends before it',
    'start: (f | g)* TEXT\nf: head "=foo>" %json {"type": "object"} "</f>"\ng: head "=bar>" /[0-9]+/ "</f>"\nhead[lazy]: TEXT "<f"\nTEXT: /(.|\\n)*/',
    ['hi <', 'a<f=foo>{}</f>b', '<f=bar>12</f><f=foo>{"a":1}</f>'],
    ['a<f', '<f=foo>1</f>', 'x<f=baz>', '<f=bar>1</f><f='],
  ],
  [
    'a rule with a suffix beside others, and two lazy ones that end together',
    'start: (x "1" | y "2" | W "4")~2\nx[suffix=";"]: /[^;]*/\ny[lazy]: /[a-z]*[;.]/\nW: /[a-z]+/',
    ['a;1b;2', 'a.2b4', 'a4b4'],
    ['a.;1b4', 'a;4b4', 'a.;2b4'],
  ],
  [
    'pieces of a list that follow one another',
    'start: T\nT: %regex { "substring_chunks": ["abc", "de", "fg"] }',
    ['', 'abc', 'de', 'abcde', 'defg', 'abcdefg'],
    ['ab', 'cde', 'abcfg'],
  ],
  [
    'words of a text',
    'start: "<" T ">"\nT: %regex { "substring_words": "Foo, bär. baz" }',
    ['<Foo, bär>', '<bär. >', '<>', '<. baz>'],
    ['<Fo>', '<Foo baz>'],
  ],
  ['characters of a text', 'start: %regex {"substring_chars": "a😀 c"}', ['😀 c', '', 'a😀'], ['ac', '😀c']],
  [
    'JSON of a schema between texts, with blanks',
    'start: "call " call ";"\ncall: %json {\n  "type": "object",\n  "properties": { "a}": { "type": "integer" } },\n  "required": ["a}"]\n}',
    ['call {"a}":1};', 'call { "a}" : 12 };'],
    ['call {};', 'call {"a}":"x"};', 'call {"a}":1}'],
  ],
  [
    'JSON of a schema without blanks, of two kinds',
    'start: (%json {"x-guidance": {"whitespace_flexible": false}, "type": "array", "items": {"type": "boolean"}} | %json {"enum": ["a", {"b": 1}]})+',
    ['[true,false]', '[]"a"', '{"b": 1}[]'],
    ['[ ]', '[1]', '"b"'],
  ],
  [
    'a token in a rule',
    'start: <think> /[a-z]*/ <|im_end|>\n%llguidance { "no_forcing": true }',
    ['<think>ab<|im_end|>', 'ab'],
    ['1'],
  ],
  ['attributes that say nothing', 'start[]: x\nx[capture,]: "a"', ['a'], ['', 'b']],
  [
    'JSON of any kind',
    'start: %json true ";"\n%llguidance {"ignore_once": false}',
    ['{"a": [1]};', '1;'],
    [';', 'a;'],
  ],
  [
    'hyphens in names, and aliases after them',
    'start: my-rule->x | A-B\nmy-rule: "a"\nA-B: "b"',
    ['a', 'b'],
    ['c'],
  ],
])('%s', (_, text, accepted, rejected) => {
  const { matches } = compileLanguage({ kind: 'lark', text })
  expect([...accepted, ...rejected].filter(matches)).toEqual(accepted)
})

test.each<[string, string, number, number, string]>([
  ['start: x{"a"}', 'invalid-grammar', 1, 8, '"x" is not defined'],
  ['start: x{"a"}\nx: "b"', 'invalid-grammar', 1, 8, '"x" takes no parts, not 1'],
  ['start: x\nx{a, b}: a b', 'invalid-grammar', 1, 8, '"x" takes 2 parts, not 0'],
  ['start: x{"a",}\nx{a, b}: a b', 'invalid-grammar', 1, 14, 'Expected a part of the template'],
  ['start: x{"a"\nx{a}: a', 'invalid-grammar', 2, 5, 'Expected "}"'],
  ['x{a, a}: a\nstart: x{"b", "c"}', 'invalid-grammar', 1, 6, '"a" is named twice'],
  ['start: "a"\nx{a}: a b\nb: x{"c"} x{"c" "d"} c', 'invalid-grammar', 3, 22, '"c" is not defined'],
  ['start: x{"a"}\nx{a}: a x{a a}', 'too-large', 2, 9, 'more than 5000 ways'],
  ['start: T{"a"}\nT{a}: a', 'unsupported-grammar', 2, 1, 'template "T{…}" of a terminal'],
  ['start: T\nT: x{"a"}\nx{a}: a', 'invalid-grammar', 2, 4, 'A terminal holds no templates'],
  ['start: "a"{3,2}', 'invalid-grammar', 1, 12, 'wrong way round'],
  ['start: "a"{x}', 'invalid-grammar', 1, 12, 'Expected a count'],
  ['start: A & b\nA: "a"\nb: "a"', 'invalid-grammar', 1, 12, '"b" is a rule'],
  ['start: A\nA: B & "x"\nB: "y" A', 'invalid-grammar', 2, 4, 'refers to itself'],
  ['start: A\nA: ~', 'invalid-grammar', 2, 5, 'what "~" is about'],
  ['start: A\nA: B & <x>\nB: "b"', 'invalid-grammar', 2, 8, 'A terminal holds no tokens (<x>)'],
  ['start: <[5,3-1]>', 'invalid-grammar', 1, 8, '<[5,3-1]> names no tokens'],
  ['start[max_tokens=5]: /.*/', 'unsupported-grammar', 1, 7, '"max_tokens"'],
  ['start[lazy, temperature=0.5]: /.*/', 'unsupported-grammar', 1, 13, '"temperature"'],
  ['start[stop=""]: /.*/', 'unsupported-grammar', 1, 7, 'An empty "stop"'],
  ['start[suffix=""]: /.*/', 'unsupported-grammar', 1, 7, 'An empty "suffix"'],
  ['start: f{"a"}\nf{x}: x{"b"}', 'invalid-grammar', 2, 7, '"x" is not defined'],
  ['start: f{g}\nf{x}: x\ng{y}: y', 'invalid-grammar', 2, 7, '"g" takes 1 part, not 0'],
  ['start[stop="a", suffix="b"]: /.*/', 'invalid-grammar', 1, 17, 'one "stop" or "suffix"'],
  ['start[greedy]: /.*/', 'invalid-grammar', 1, 7, 'no attribute "greedy"'],
  ['start[stop=x]: /.*/\nx: "y"', 'invalid-grammar', 1, 12, 'Expected a text, a regex or a terminal'],
  ['start[lazy]: x\nx: "y"', 'invalid-grammar', 1, 14, '"x" is a rule'],
  ['start: A\nA: /(a|b)*a(a|b){15}/ & B\nB: /a*b*/ | ~/b/', 'too-large', 2, 23, 'more than 20000 states'],
  ['start: %json [1]', 'invalid-grammar', 1, 14, 'Expected an object after "%json"'],
  ['start: %json {"a": {}', 'invalid-grammar', 1, 14, 'never closed'],
  ['start: %json {"type": }', 'invalid-grammar', 1, 14, 'This object is no JSON'],
  ['start: "a"\n  | %json {"type": 5}', 'invalid-grammar', 2, 5, '#/type'],
  [
    'start: "a" %json {"contains": {}, "unevaluatedItems": false}',
    'unsupported-grammar',
    1,
    12,
    'unevaluatedItems',
  ],
  ['start: %json {"x-guidance": {"item_separator": " "}}', 'unsupported-grammar', 1, 8, '"item_separator"'],
  ['start: A\nA: %json {}', 'invalid-grammar', 2, 4, 'A terminal holds no "%json"'],
  ['start: %regex {"substring_lines": "a"}', 'unsupported-grammar', 1, 15, 'substring_lines'],
  ['start: %lark { start: "a" }', 'unsupported-grammar', 1, 8, '"%lark"'],
  ['start: a::0x1\na::_: "b"', 'unsupported-grammar', 1, 9, '"::"'],
  ['start: @other', 'unsupported-grammar', 1, 8, 'The grammar "@other"'],
  ['start: "a" %if is_zero(_)', 'unsupported-grammar', 1, 12, '"%if"'],
  ['%override start: "a"', 'unsupported-grammar', 1, 1, '"%override"'],
  ['%llguidance {"ignore_once": true}\nstart: "a"', 'unsupported-grammar', 1, 13, '"ignore_once"'],
  ['start: /\\N{BULLET}/', 'unsupported-grammar', 1, 8, 'the escape "\\N{BULLET}"'],
])('%j is refused as %s at line %i, column %i', (text, code, line, column, message) => {
  let problem: unknown
  try {
    compileLanguage({ kind: 'lark', text })
  } catch (error) {
    problem = error
  }
  expect(problem).toBeInstanceOf(ConstraintError)
  expect(problem).toMatchObject({ code, where: { line, column }, message: expect.stringContaining(message) })
  if (code === 'unsupported-grammar' && !message.includes('unevaluatedItems'))
    expect((problem as ConstraintError).hint).toEqual(expect.any(String))
})

test.each([
  ['start: /".*?"/', '“*?” at line 1, column 8 is read as “*”'],
  ['start: A\nA: /a{2,}?b/', '“{2,}?” at line 2, column 4 is read as “{2,}”'],
  ['start: /[a*?]\\*?(?:b)?/', undefined],
])('laziness of regexes is noted: %j', (text, told) => {
  const notes =
    told === undefined ? [] : [expect.objectContaining({ message: expect.stringContaining(told) as string })]
  expect(compileLanguage({ kind: 'lark', text }).notes).toEqual(notes)
})

test('what a schema inside says that is ignored is noted', () => {
  const { notes } = compileLanguage({ kind: 'lark', text: 'start: %json {"type": "null", "nullable": true}' })
  expect(notes).toEqual([expect.objectContaining({ keyword: 'nullable', path: '#/nullable' })])
})

test('more than can be compared with lazy rules is too large', () => {
  const text = `start: ${'"a"? '.repeat(3_000)} x\nx[lazy]: /a+b/`
  expect(checkSource({ kind: 'lark', text }).problem).toMatchObject({
    message: expect.stringContaining('Too much may begin beside lazy rules') as string,
    where: { line: 2, column: 3 },
  })
})
