import type { ConstraintSource } from '../source.ts'

const regex = (pattern: string): ConstraintSource => ({ kind: 'regex', pattern })
const schema = (value: unknown, whitespace: 'compact' | 'flexible' = 'compact'): ConstraintSource => ({
  kind: 'json-schema',
  schema: value,
  whitespace,
  closedObjects: true,
})
const object = (properties: Record<string, unknown>, required = Object.keys(properties)): object => ({
  type: 'object',
  properties,
  required,
})
const gbnf = (text: string): ConstraintSource => ({ kind: 'gbnf', text })
const lark = (text: string): ConstraintSource => ({ kind: 'lark', text })
const text = { type: 'string' }
const number = { type: 'number' }
const tree = {
  $defs: { node: object({ name: text, children: { type: 'array', items: { $ref: '#/$defs/node' } } }) },
  $ref: '#/$defs/node',
}
const formats = ['date', 'time', 'date-time', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid', 'uri']

const regexes = {
  'any letters': '[a-z]+',
  'a sentence': '[A-Z][a-z ]*\\.',
  'wide characters': '(日本|é|😀){3,}!',
  'an exact length': '[a-f]{24}',
  'a long least length': 'x{200,}',
  'nested stars': '((a*b)*c)*d',
  'a look-ahead': '(?=.*e)(?=.*")[a-e"]{3,30}',
  'many alternatives': Array.from({ length: 80 }, (_, index) => `word${index * index}`).join('|'),
  'a shorter text below': '(abcdefgh)*(xyz|[0-9]{40})',
  'nothing at all': '(abc)*',
  'a large bound': '(ab|cd){50,100000}',
  'any characters': '(.|\\n)*END',
}
const schemas = {
  'a person': object({ name: text, age: { type: 'integer' } }),
  'an invoice': object({
    number: text,
    items: {
      type: 'array',
      minItems: 1,
      items: object({ title: text, price: number, paid: { type: 'boolean' } }),
    },
  }),
  numbers: { type: 'array', items: number, minItems: 3 },
  'a verdict': object({ verdict: { enum: ['guilty', 'not guilty'] }, reason: text }),
  'one of shapes': {
    oneOf: [
      object({ kind: { const: 'circle' }, radius: number }),
      object({ kind: { const: 'square' }, side: number }),
    ],
  },
  anything: {},
  'an integer': { type: 'integer' },
  'a bounded number': { type: 'number', minimum: 2.5, maximum: 1000 },
  'a long text': { type: 'string', minLength: 60 },
  'a pattern': { type: 'string', pattern: '^[a-z]+-[0-9]{4}$' },
  'a tree': tree,
  'optional properties': object({ a: number, b: text, c: { type: 'array', items: number } }, ['c']),
  'open properties': { type: 'object', additionalProperties: number, minProperties: 2 },
  'pattern properties': { type: 'object', patternProperties: { '^x': number }, additionalProperties: false },
  tuples: { type: 'array', prefixItems: [text, number], items: { type: 'boolean' }, minItems: 4 },
  'escapes only': { type: 'string', pattern: '^["\\\\\\n]{3,}$' },
}
const gbnfs = {
  'balanced brackets': 'root ::= "(" root ")" | "x"',
  'right recursion': 'root ::= [a-z] root | "."',
  'left recursion': 'root ::= root "a" | "b"',
  'indirect left recursion': 'root ::= list\nlist ::= more "," item | item\nmore ::= list\nitem ::= [a-z]+',
  'an ambiguous sum': 'root ::= e\ne ::= [0-9]+ | e ("+" | "-") e',
  'no other end': 'root ::= "a" ("b" root "c" | "d" root "e" | "the end")',
  'JSON by hand':
    'root ::= object\nobject ::= "{" (pair ("," pair)*)? "}"\npair ::= string ":" value\nvalue ::= object | string | "[" (value ("," value)*)? "]"\nstring ::= "\\"" [^"\\\\]* "\\""',
  'empty rules': 'root ::= a b c "!"\na ::= "" | "x" a\nb ::= a | ""\nc ::= b b b',
}
const larks = {
  words: 'start: WORD (" " WORD)* "."\nWORD: /[a-z]+/',
  'a calculation': 'start: sum\nsum: product | sum "+" product\nproduct: /[0-9]+/ | "(" sum ")"',
  'a repeat': 'start: ("ab" | "c")~3..5 "!"',
}

/** Patterns, schemas and grammars that a model can go on in for ever, or for long. */
export const fiftySources: [string, ConstraintSource][] = [
  ...Object.entries(regexes).map(([name, pattern]): [string, ConstraintSource] => [name, regex(pattern)]),
  ...Object.entries(schemas).map(([name, value]): [string, ConstraintSource] => [name, schema(value)]),
  ['a person, flexible', schema(schemas['a person'], 'flexible')],
  ['a tree, flexible', schema(tree, 'flexible')],
  ...formats.map((format): [string, ConstraintSource] => [format, schema({ type: 'string', format })]),
  ...Object.entries(gbnfs).map(([name, grammar]): [string, ConstraintSource] => [name, gbnf(grammar)]),
  ...Object.entries(larks).map(([name, grammar]): [string, ConstraintSource] => [name, lark(grammar)]),
]
