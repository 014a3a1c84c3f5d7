/** llama.cpp's own grammar as the oracle of our engine: after the same tokens, both allow the same ones. */
import { compile, ConstraintError, createVocabulary } from '@woolgather/constraint'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNativeGrammars, type NativeGrammars } from './native-grammar.ts'

/** Seeded; the many runs are for `npm run test:full`. */
const runs = { seed: 7, numRuns: process.env['WOOLGATHER_TEST_FULL'] === undefined ? 200 : 8000 }

let native: NativeGrammars
let vocabulary: ReturnType<typeof createVocabulary>

beforeAll(async () => {
  native = await openNativeGrammars()
  vocabulary = createVocabulary(native.tokens, { endTokens: native.endTokens })
})
afterAll(() => native[Symbol.dispose]())

/** Texts that the model's tokens hold in whole, in part and across their borders. */
const literal = fc.constantFrom(
  'the',
  ' sea',
  'he',
  'e',
  ' ',
  'o',
  '\n',
  '"',
  '12',
  'é',
  '€',
  'story.',
  ' and',
)
const characters = fc.constantFrom(
  '[a-z]',
  '[^e]',
  '[ \\n]',
  '[0-9]',
  '[^a-y\\n]',
  '.',
  '[é-€x]',
  '[a-cA-C"]',
)
/**
 * Tokens by number, none of which a literal begins like: llama.cpp takes one for what is named, too, where the text before
 * has read its first characters.
 */
const named = fc.constantFrom('<[5]>', '<[41]>', '<[300]>', '<[1352]>')
const rules = ['root', 'a', 'b', 'c'] as const
const counts = fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{0,2}', '{2,}')

const quoted = (text: string): string => JSON.stringify(text)

/**
 * Right sides of a rule. Another rule stands where a text was written before it, so that nothing is left-recursive, which
 * llama.cpp refuses; and each rule has an end, since we never begin what cannot be ended, where llama.cpp does.
 */
const rightSide = (leaf: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.letrec<{ side: string; item: string }>((tie) => ({
    item: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'gbnf' },
      literal.map(quoted),
      leaf,
      fc.tuple(literal, fc.constantFrom(...rules)).map(([text, name]) => `${quoted(text)} ${name}`),
      tie('side').map((side) => `(${side})`),
      // What is repeated begins with a character: llama.cpp takes a repeated nothing for left recursion.
      fc.tuple(leaf, tie('side'), counts).map(([first, side, count]) => `(${first} (${side}))${count}`),
      fc.tuple(leaf, counts).map(([one, count]) => `${one}${count}`),
    ),
    side: fc
      .array(
        fc.array(tie('item'), { minLength: 1, maxLength: 3 }).map((items) => items.join(' ')),
        { minLength: 1, maxLength: 3 },
      )
      .map((options) => options.join(' | ')),
  })).side

function grammarOf(leaf: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const side = rightSide(leaf)
  return fc.tuple(side, side, side, side, literal).map(([...parts]) => {
    const end = parts.pop()!
    return rules.map((name, index) => `${name} ::= ${parts[index]!} | ${quoted(end)}`).join('\n')
  })
}

/** The tokens that our engine allows, ascending. */
function ours(state: ReturnType<ReturnType<typeof compile>['start']>): number[] {
  const mask = new Uint32Array(Math.ceil(vocabulary.size / 32))
  const count = state.allowed(mask)
  const tokens = Array.from({ length: vocabulary.size }, (_, token) => token).filter(
    (token) => ((mask[token >>> 5]! >>> (token & 31)) & 1) === 1,
  )
  expect(tokens).toHaveLength(count)
  return tokens
}

/**
 * Whether a token can be compared. llama.cpp lets bytes through that no UTF-8 text holds, takes control tokens for the
 * text of their names, and never writes a NUL; we write UTF-8 only, no control tokens, and NUL where a grammar asks for it.
 */
function comparable(written: readonly Uint8Array[], token: number): boolean {
  if (native.endTokens.includes(token)) return true
  const bytes = Buffer.concat([...written, native.tokens[token]!])
  if (native.tokens[token]!.length === 0) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return !bytes.includes(0)
  } catch {
    return false
  }
}

/** Walks side by side; `choices` says which of the allowed tokens is taken at each step. Returns the steps taken. */
function walkBoth(gbnf: string, choices: readonly number[]): number {
  using oracle = native.begin(gbnf)
  if (!oracle) throw new Error(`llama.cpp refuses ${gbnf}`)
  const state = compile({ kind: 'gbnf', text: gbnf }, vocabulary, { warmUp: 0 }).start()
  const written: Uint8Array[] = []
  for (const choice of choices) {
    const both = [oracle.allowed(), ours(state)].map((tokens) =>
      tokens.filter((token) => comparable(written, token)),
    )
    const [allowed = []] = both
    expect(both[1]).toEqual(allowed)
    const open = allowed.filter((token) => !native.endTokens.includes(token))
    expect(state.canEnd).toBe(open.length < allowed.length)
    if (open.length === 0) break
    const token = open[choice % open.length]!
    oracle.accept(token)
    expect(state.accept(token)).toBe(true)
    written.push(native.tokens[token]!)
  }
  return written.length
}

const choices = fc.array(fc.nat(), { minLength: 8, maxLength: 16 })

test('random grammars allow the same tokens as llama.cpp, step by step along random texts', () => {
  let steps = 0
  fc.assert(
    fc.property(grammarOf(characters), choices, (gbnf, walk) => {
      steps += walkBoth(gbnf, walk)
    }),
    runs,
  )
  expect(steps).toBeGreaterThan(2 * runs.numRuns)
})

test('random grammars that name tokens allow the same ones as llama.cpp', () => {
  fc.assert(
    fc.property(grammarOf(named), choices, (gbnf, walk) => void walkBoth(gbnf, walk)),
    { ...runs, numRuns: Math.ceil(runs.numRuns / 6) },
  )
})

const json = `root ::= object
value ::= object | array | string | number | ("true" | "false" | "null") ws
object ::= "{" ws (string ":" ws value ("," ws string ":" ws value)*)? "}" ws
array ::= "[" ws (value ("," ws value)*)? "]" ws
string ::= "\\"" ([^"\\\\\\x7F\\x00-\\x1F] | "\\\\" (["\\\\bfnrt] | "u" [0-9a-fA-F]{4}))* "\\"" ws
number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [1-9] [0-9]{0,15})? ws
ws ::= | " " | "\\n" [ \\t]{0,20}`
const arithmetic = `root ::= (expr "=" ws term "\\n")+
expr ::= term ([-+*/] ws term)*
term ::= ident | num | "(" ws expr ")" ws
ident ::= [a-z] [a-z0-9_]* ws
num ::= [0-9]+ ws
ws ::= [ \\t\\n]*`
const chess = `root ::= "1. " move " " move "\\n" ([1-9] [0-9]? ". " move " " move "\\n")+
move ::= (pawn | nonpawn | castle) [+#]?
nonpawn ::= [NBKQR] [a-h]? [1-8]? "x"? [a-h] [1-8]
pawn ::= ([a-h] "x")? [a-h] [1-8] ("=" [NBKQR])?
castle ::= "O-O" "-O"?`
const japanese = `root ::= jp-char+ ([ \\t\\n] jp-char+)*
jp-char ::= hiragana | katakana | punctuation | cjk
hiragana ::= [ぁ-ゟ]
katakana ::= [ァ-ヿ]
punctuation ::= [、-〾]
cjk ::= [一-鿿]`

test.each([
  ['JSON', json],
  ['arithmetic', arithmetic],
  ['chess', chess],
  ['Japanese, byte by byte', japanese],
])('a grammar as people write them allows the same tokens: %s', (_, gbnf) => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 30, maxLength: 30 }), (walk) => void walkBoth(gbnf, walk)),
    { ...runs, numRuns: Math.ceil(runs.numRuns / 40) },
  )
})

test('deliberately different: nothing is begun that cannot be ended', () => {
  const gbnf = 'root ::= "a" endless | "b"\nendless ::= "c" endless'
  using oracle = native.begin(gbnf)
  const spelled = (tokens: readonly number[] = []): string[] =>
    tokens.map((token) => Buffer.from(native.tokens[token]!).toString()).filter((text) => text.length === 1)
  expect(spelled(oracle?.allowed())).toEqual(['a', 'b'])
  expect(spelled(ours(compile({ kind: 'gbnf', text: gbnf }, vocabulary).start()))).toEqual(['b'])
})

test('deliberately different: left recursion works, where llama.cpp refuses it', () => {
  const gbnf = 'root ::= root "," item | item\nitem ::= [a-z]+'
  using oracle = native.begin(gbnf)
  expect(oracle).toBeUndefined()
  using same = native.begin('root ::= item ("," item)*\nitem ::= [a-z]+')
  expect(ours(compile({ kind: 'gbnf', text: gbnf }, vocabulary).start())).toEqual(same?.allowed())
})

test('deliberately different: a grammar that can match nothing is an error, not endless tokens', () => {
  const gbnf = 'root ::= "a" root'
  using oracle = native.begin(gbnf)
  expect(oracle?.allowed().length).toBeGreaterThan(0)
  expect(() => compile({ kind: 'gbnf', text: gbnf }, vocabulary)).toThrow(ConstraintError)
})
