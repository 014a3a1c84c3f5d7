// Constraints of every kind that people write, easy and hard.
const gbnf = (name, text) => ({ name, source: { kind: 'gbnf', text } })
const regex = (name, pattern) => ({ name, source: { kind: 'regex', pattern } })
const schema = (name, schema, options = {}) => ({ name, source: { kind: 'json-schema', schema, ...options } })
const lark = (name, text) => ({ name, source: { kind: 'lark', text } })

const person = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 60 },
    age: { type: 'integer', minimum: 0, maximum: 150 },
    email: { type: 'string', format: 'email' },
    tags: { type: 'array', items: { type: 'string' }, maxItems: 8 },
    address: {
      type: 'object',
      properties: {
        street: { type: 'string' },
        city: { type: 'string' },
        zip: { type: 'string', pattern: '^[0-9]{5}$' },
      },
      required: ['street', 'city'],
      additionalProperties: false,
    },
  },
  required: ['name', 'age'],
  additionalProperties: false,
}
const tree = {
  $defs: {
    node: {
      type: 'object',
      properties: { label: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
      required: ['label', 'children'],
      additionalProperties: false,
    },
  },
  $ref: '#/$defs/node',
}
const shapes = {
  type: 'array',
  items: {
    oneOf: ['circle', 'square', 'line'].map((kind, index) => ({
      type: 'object',
      properties: {
        kind: { const: kind },
        points: { type: 'array', items: { type: 'number' }, minItems: index + 1, maxItems: index + 1 },
        note: { type: 'string', maxLength: 200 },
      },
      required: ['kind', 'points'],
      additionalProperties: false,
    })),
  },
}
const json = `root ::= value
value ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" ws (string ":" ws value ("," ws string ":" ws value)*)? "}" ws
array ::= "[" ws (value ("," ws value)*)? "]" ws
string ::= "\\"" ([^"\\\\\\x00-\\x1f] | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F]{4}))* "\\"" ws
number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)? ([eE] [-+]? [0-9]+)? ws
ws ::= [ \\t\\n]*`
const c = `root ::= (declaration "\\n")+
declaration ::= type " " name "(" (type " " name ("," " " type " " name)*)? ")" " {\\n" statement* "}"
statement ::= "  " (type " " name " = " expression ";" | "return " expression ";" | "while (" expression ") {\\n" statement* "  }") "\\n"
expression ::= term (" " [-+*/<>] " " term)*
term ::= name | number | "(" expression ")" | name "(" (expression ("," " " expression)*)? ")"
type ::= "int" | "float" | "char"
name ::= [a-zA-Z_] [a-zA-Z_0-9]*
number ::= [0-9]+`

export const jobs = [
  regex('date', '\\d{4}-\\d{2}-\\d{2}'),
  regex('words', '[A-Z][a-z]+( [a-z]+)*\\.'),
  regex('e-mail', '[a-z0-9._%+-]+@[a-z0-9.-]+\\.[a-z]{2,6}'),
  regex('bounded', '.{1,300}'),
  regex('bounded words', '(\\w+ ){1,50}\\w+[.!?]'),
  regex('anything but quotes', '"[^"\\\\]*"'),
  regex('URL', 'https?://[a-z0-9-]+(\\.[a-z0-9-]+)+(/[^\\s?#]*)?(\\?[^\\s#]*)?'),
  regex('password', '(?=.*\\d)(?=.*[a-z])(?=.*[A-Z]).{8,64}'),
  regex('dialogue', '(User|Assistant): [^\\n]{1,200}(\\n(User|Assistant): [^\\n]{1,200}){0,9}'),
  schema('person', person),
  schema('recursive tree', tree, { whitespace: 'flexible' }),
  schema('any JSON', {}, { whitespace: 'flexible' }),
  schema('shapes', shapes),
  schema('map of numbers', {
    type: 'object',
    additionalProperties: { type: 'number', minimum: 0, maximum: 1 },
    minProperties: 1,
  }),
  schema('open object', {
    type: 'object',
    properties: { id: { type: 'integer' }, name: { type: 'string' } },
    required: ['id'],
  }),
  schema('enum of 500', {
    type: 'array',
    items: { enum: Array.from({ length: 500 }, (_, index) => `option ${index * 7919} of many`) },
  }),
  gbnf('JSON', json),
  gbnf('C', c),
  gbnf(
    'chess',
    `root ::= ("1. " move " " move "\\n") ([1-9] [0-9]? ". " move " " move "\\n")+
move ::= (pawn | piece | castle) [+#]?
piece ::= [NBKQR] [a-h]? [1-8]? "x"? [a-h] [1-8]
pawn ::= ([a-h] "x")? [a-h] [1-8] ("=" [NBKQR])?
castle ::= "O-O" "-O"?`,
  ),
  gbnf('list', 'root ::= item+\nitem ::= "- " [^\\r\\n]{1,80} "\\n"'),
  lark(
    'arithmetic',
    `?start: sum
?sum: product | sum "+" product | sum "-" product
?product: atom | product "*" atom | product "/" atom
?atom: NUMBER | "-" atom | "(" sum ")" | CNAME
%import common (NUMBER, CNAME, WS_INLINE)
%ignore WS_INLINE`,
  ),
  lark(
    'SQL',
    `start: "SELECT"i columns "FROM"i CNAME ["WHERE"i condition]
columns: "*" | CNAME ("," CNAME)*
condition: comparison (("AND"i | "OR"i) comparison)*
comparison: CNAME ("=" | "<" | ">" | "<>") (SIGNED_NUMBER | ESCAPED_STRING | CNAME)
%import common (CNAME, SIGNED_NUMBER, ESCAPED_STRING, WS)
%ignore WS`,
  ),
]
