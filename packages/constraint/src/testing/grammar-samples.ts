import type { ConstraintSource } from '../source.ts'

/** What a notation knows, with texts that match and texts that do not; docs/grammars.md is written from it. */
export interface GrammarSample {
  /** A sentence for the documentation. */
  readonly says: string
  readonly text: string
  readonly right: readonly string[]
  readonly wrong: readonly string[]
}

/** What is refused by name, as what error, with what to do instead. */
export interface RefusedGrammar {
  readonly what: string
  readonly instead: string
  readonly text: string
  readonly code: 'unsupported-regex' | 'unsupported-grammar'
}

type Notation = 'regex' | 'gbnf' | 'lark'

export function sourceOf(notation: Notation, text: string): ConstraintSource {
  return notation === 'regex' ? { kind: 'regex', pattern: text } : { kind: notation, text }
}

export const samples: Readonly<Record<Notation, readonly GrammarSample[]>> = {
  regex: [
    {
      says: 'The whole answer must match. Characters and classes are Unicode’s, as in Python.',
      text: '\\w+@\\d{1,3}',
      right: ['naïve@7', 'a@٣1'],
      wrong: ['a@', 'a b@1', '@1'],
    },
    {
      says: 'Flags, for all of it or for a group: `i`, `s`, `x` (blanks and comments mean nothing), `a` (ASCII only), and `-` to take them away.',
      text: '(?i)yes(?-i: OK)|(?a:\\w+)!|(?x: no # or )\n )',
      right: ['YES OK', 'ab!', 'No'],
      wrong: ['yes ok', 'é!', 'n o'],
    },
    {
      says: 'Characters by number: `\\x41`, `\\u00e9`, `\\U0001F600`, octal `\\101` and `\\0`; by property `\\p{Lu}`, or script `\\p{Greek}`.',
      text: '\\x41\\u00e9\\101[\\102\\1]\\p{Greek}',
      right: ['AéABα'],
      wrong: ['AéACα', 'AéABa'],
    },
    {
      says: 'Look-around, `^`, `$` and `\\b` at the edges of the pattern.',
      text: '^(?=.*\\d)(?!ab)[a-z\\d]{3}$',
      right: ['a1b', '123'],
      wrong: ['abc', 'ab1'],
    },
  ],
  gbnf: [
    {
      says: 'Texts, classes, `.`, groups, alternatives, and how often: `* + ? {2} {2,} {2,3}`.',
      text: 'root ::= item{1,2} ("!" | "." [a-z]*)\nitem ::= "a" | [^\\n.!]',
      right: ['a!', 'xy.end'],
      wrong: ['!', 'abc!', 'a.B'],
    },
    {
      says: 'Rules may begin with themselves, which llama.cpp refuses.',
      text: 'root ::= root "+" root | [0-9]+',
      right: ['1', '1+22+3'],
      wrong: ['+', '1+'],
    },
    {
      says: 'Tokens of the model by name or number, `!` before them for any other; control tokens are written this way only.',
      text: 'root ::= <|channel|> "final" <|message|> [a-z]+',
      right: ['<|channel|>final<|message|>ok'],
      wrong: ['final!'],
    },
  ],
  lark: [
    {
      says: 'Rules, terminals, regexes, ranges, `[optional]`, `~2..3`, `%import common.…`, `%ignore`.',
      text: `start: "(" [pair ("," pair)*] ")"\npair: NAME ":" NUMBER\nNAME: ("a".."z")~1..3\n%import common.NUMBER\n%ignore " "`,
      right: ['()', '(a:1, bcd : 2.5)'],
      wrong: ['(a)', '(abcd:1)', '(a:1'],
    },
    {
      says: 'Templates: rules that are used with parts.',
      text: 'start: "[" _sep{pair, ","} "]" _sep{NUMBER, ";"}\n_sep{x, separator}: x (separator x)*\npair: NUMBER ":" NUMBER\nNUMBER: /[0-9]+/',
      right: ['[1:2]3', '[1:2,3:4]5;6'],
      wrong: ['[1]3', '[1:2,]3', '[1:2]'],
    },
    {
      says: 'Bounds in braces.',
      text: 'start: A{2,3} B{,1} C{2}\nA: "a"\nB: "b"\nC: "c"',
      right: ['aacc', 'aaabcc'],
      wrong: ['acc', 'aabbcc', 'aac'],
    },
    {
      says: '`&` for what terminals have in common, `~` for all texts but those. `&` binds tighter than `|`, `~` tighter than `+`.',
      text: 'start: NAME\nNAME: /[a-z]+/ & ~KEYWORD & /.{2,4}/\nKEYWORD: "if" | "else"',
      right: ['iff', 'el'],
      wrong: ['if', 'else', 'a', 'abcde'],
    },
    {
      says: '`%json`: the JSON of a schema, with blanks where JSON allows them unless `"x-guidance"` says `"whitespace_flexible": false`. What it enforces is told in [JSON Schema](schemas.md).',
      text: 'start: "call " %json {\n  "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]\n}',
      right: ['call {"city":"Rome"}', 'call { "city" : "Oslo" }'],
      wrong: ['call {}', 'call {"city":1}'],
    },
    {
      says: '`%regex`: a part of a text, by `substring_words`, `substring_chars` or a list of `substring_chunks`; none of it, too.',
      text: 'start: "<" %regex {"substring_words": "The sea, calm."} ">"',
      right: ['<sea, calm>', '<The sea>', '<>'],
      wrong: ['<The calm>', '<ea>'],
    },
    {
      says: '`[suffix=…]`: a rule as short as can be up to what it ends with; `[lazy]`: as short as can be.',
      text: 'start: line number\nline[suffix="\\n"]: /(.|\\n)*/\nnumber[lazy]: /[0-9]+;/',
      right: ['any\n12;', '\n1;'],
      wrong: ['any12;', 'two\nlines\n1;'],
    },
    {
      says: 'Free text with calls in it: where a lazy rule may begin, whatever else may begin there ends before its text.',
      text: 'start: call* TEXT\ncall: head "=add>" /[0-9]+/ "</f>"\nhead[lazy]: TEXT "<f"\nTEXT: /(.|\n)*/',
      right: ['well', 'now <f=add>12</f> and <b>'],
      wrong: ['<f=sub>1</f>', 'now <f=add>x</f>'],
    },
    {
      says: '`[stop=…]`: a rule up to what comes after it, which another writes. `capture` changes no text.',
      text: 'start: thought "</think>" /[a-z]+/\nthought[capture, stop="</think>"]: /(.|\\n)*/',
      right: ['so\n</think>yes'],
      wrong: ['so', '</think></think>yes'],
    },
    {
      says: 'Tokens by name, number (`<[5]>`), range (`<[5-9,12]>`), all but some (`<[^5]>`), any (`<[*]>`).',
      text: 'start: <think> /[a-z ]*/ </think> "yes"',
      right: ['<think>hm</think>yes'],
      wrong: ['hm'],
    },
  ],
}

export const refusedGrammars: Readonly<Record<Notation, readonly RefusedGrammar[]>> = {
  regex: [
    {
      what: 'back-references, and look-around, `^`, `$`, `\\b` inside the pattern',
      instead: 'spell the alternatives out',
      text: '(a|b)\\1',
      code: 'unsupported-regex',
    },
    {
      what: 'characters by name, `\\N{BULLET}`',
      instead: 'the character itself, or `\\u2022`',
      text: '\\N{BULLET}',
      code: 'unsupported-regex',
    },
    {
      what: 'classes of other notations, `[[:alpha:]]` and `[a-z&&[^b]]`, which Python takes for single characters',
      instead: 'the characters, or `\\p{L}`',
      text: '[[:alpha:]]',
      code: 'unsupported-regex',
    },
    {
      what: 'atomic groups, possessive quantifiers, conditional and recursive groups',
      instead: 'a grammar',
      text: '(?>a+)b',
      code: 'unsupported-regex',
    },
  ],
  gbnf: [],
  lark: [
    {
      what: '`max_tokens`',
      instead: 'bounds of characters, `/.{0,200}/`',
      text: 'start[max_tokens=5]: /.*/',
      code: 'unsupported-grammar',
    },
    {
      what: '`temperature` of a rule',
      instead: 'that of the generation',
      text: 'start[temperature=0.5]: /.*/',
      code: 'unsupported-grammar',
    },
    {
      what: '`%declare`, `%override`, `%extend`, `%lark`, `@grammar`, and imports from elsewhere than `common`',
      instead: 'the rules themselves',
      text: '%declare A\nstart: A',
      code: 'unsupported-grammar',
    },
    {
      what: 'rules with numbers, `rule::_` and `%if`',
      instead: 'a rule for each case',
      text: 'start: a::0x1\na::_: "b"',
      code: 'unsupported-grammar',
    },
    {
      what: 'escapes in texts that JSON has not, `"\\d"`: Lark keeps their backslash',
      instead: '`"\\\\d"` for the backslash, or a regex',
      text: 'start: "\\d"',
      code: 'unsupported-grammar',
    },
    {
      what: 'templates of terminals',
      instead: 'a rule, in small letters',
      text: 'start: T{"a"}\nT{a}: a',
      code: 'unsupported-grammar',
    },
  ],
}
