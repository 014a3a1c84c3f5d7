import { forms, isForm } from './forms.mjs'
import { cellsOf, load, node, seedAxis, write } from './graphs.mjs'
import { check } from './outcome.mjs'

/**
 * Everyday answers in a form, each with eight seeds and 200 tokens.
 * @param constraint the node that asks for a form
 */
export async function writeForms({ run, file }, constraint) {
  const counts = []
  for (const [name, form] of Object.entries(forms)) {
    const { write: written } = await run(
      {
        model: load(file),
        seeds: seedAxis,
        form: constraint(form, name),
        write: write(
          form.prompt,
          { temperature: 0.8, maxTokens: 200 },
          { seed: ['seeds', 'value'], constraint: ['form', 'constraint'] },
        ),
      },
      ['write'],
    )
    const texts = cellsOf(written.text)
    counts.push({ name, all: texts.length, held: texts.filter((text) => isForm(form, text)).length })
  }
  const told = counts.map(({ name, held, all }) => `${name} ${held} of ${all}`).join(', ')
  check(
    counts.every(({ held, all }) => held === all),
    `not JSON of the form: ${told}`,
  )
  return told
}

const pieces = {
  string: String.raw`"[^"\\\n\x00-\x1f]*"`,
  integer: String.raw`-?(0|[1-9][0-9]*)`,
  number: String.raw`-?(0|[1-9][0-9]*)(\.[0-9]+)?`,
}
const itemRegex = `\\{"description": ?${pieces.string}, ?"quantity": ?${pieces.integer}, ?"price": ?${pieces.number}\\}`

/** The forms as regexes. */
export const patterns = {
  person: `\\{"name": ?${pieces.string}, ?"age": ?${pieces.integer}, ?"email": ?${pieces.string}\\}`,
  invoice: `\\{"number": ?${pieces.string}, ?"items": ?\\[(${itemRegex}(, ?${itemRegex})*)?\\], ?"total": ?${pieces.number}\\}`,
  numbers: `\\[(${pieces.number}(, ?${pieces.number})*)?\\]`,
  verdict: `\\{"reason": ?${pieces.string}, ?"verdict": ?"(yes|no|unclear)"\\}`,
  shape: `\\{"kind": ?("circle", ?"radius": ?${pieces.number}|"box", ?"width": ?${pieces.number}, ?"height": ?${pieces.number})\\}`,
}

const gbnfTokens = String.raw`
string ::= "\"" [^"\\\x00-\x1f]* "\""
integer ::= "-"? ("0" | [1-9] [0-9]*)
number ::= integer ("." [0-9]+)?
`
/** The forms as GBNF. */
export const gbnf = {
  person:
    String.raw`root ::= "{\"name\": " string ", \"age\": " integer ", \"email\": " string "}"` + gbnfTokens,
  invoice:
    String.raw`root ::= "{\"number\": " string ", \"items\": [" (item (", " item)*)? "], \"total\": " number "}"
item ::= "{\"description\": " string ", \"quantity\": " integer ", \"price\": " number "}"` + gbnfTokens,
  numbers: String.raw`root ::= "[" (number (", " number)*)? "]"` + gbnfTokens,
  verdict:
    String.raw`root ::= "{\"reason\": " string ", \"verdict\": " ("\"yes\"" | "\"no\"" | "\"unclear\"") "}"` +
    gbnfTokens,
  shape:
    String.raw`root ::= "{\"kind\": " (circle | box) "}"
circle ::= "\"circle\", \"radius\": " number
box ::= "\"box\", \"width\": " number ", \"height\": " number` + gbnfTokens,
}

const larkTokens = String.raw`
STRING: /"[^"\\\n\x00-\x1f]*"/
INTEGER: /-?(0|[1-9][0-9]*)/
NUMBER: /-?(0|[1-9][0-9]*)(\.[0-9]+)?/
`
/** The forms as Lark. */
export const lark = {
  person:
    String.raw`start: "{\"name\": " STRING ", \"age\": " INTEGER ", \"email\": " STRING "}"` + larkTokens,
  invoice:
    String.raw`start: "{\"number\": " STRING ", \"items\": [" (item (", " item)*)? "], \"total\": " NUMBER "}"
item: "{\"description\": " STRING ", \"quantity\": " INTEGER ", \"price\": " NUMBER "}"` + larkTokens,
  numbers: String.raw`start: "[" (NUMBER (", " NUMBER)*)? "]"` + larkTokens,
  verdict:
    String.raw`start: "{\"reason\": " STRING ", \"verdict\": " ("\"yes\"" | "\"no\"" | "\"unclear\"") "}"` +
    larkTokens,
  shape:
    String.raw`start: "{\"kind\": " (circle | box) "}"
circle: "\"circle\", \"radius\": " NUMBER
box: "\"box\", \"width\": " NUMBER ", \"height\": " NUMBER` + larkTokens,
}

/** How the texts of all forms are judged. */
export const against = 'JSON.parse and the types asked for: 5 forms × 8 seeds, 200 tokens'

export const grammar = (notation, sources) => (_, name) =>
  node('steering/grammar', { grammar: sources[name], notation })
