import { forms, isForm } from './forms.mjs'
import { cellsOf, load, node, seedAxis, write } from './graphs.mjs'
import { check } from './outcome.mjs'

/**
 * Everyday answers in a form, each with eight seeds and 200 tokens.
 * @param constraint the node that asks for a form
 */
export async function writeForms({ run, file }, names, constraint) {
  const counts = []
  for (const name of names) {
    const form = forms[name]
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

/** A person, as a regex. */
export const personRegex = `\\{"name": ?${pieces.string}, ?"age": ?${pieces.integer}, ?"email": ?${pieces.string}\\}`
/** Numbers, as a regex. */
export const numbersRegex = `\\[(${pieces.number}(, ?${pieces.number})*)?\\]`

export const personGbnf = String.raw`root ::= "{\"name\": " string ", \"age\": " integer ", \"email\": " string "}"
string ::= "\"" [^"\\\x00-\x1f]* "\""
integer ::= "-"? ("0" | [1-9] [0-9]*)
`
export const numbersGbnf = String.raw`root ::= "[" (number (", " number)*)? "]"
number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)?
`
export const personLark = String.raw`start: "{\"name\": " STRING ", \"age\": " INTEGER ", \"email\": " STRING "}"
STRING: /"[^"\\\n\x00-\x1f]*"/
INTEGER: /-?(0|[1-9][0-9]*)/
`
export const numbersLark = String.raw`start: "[" (NUMBER (", " NUMBER)*)? "]"
NUMBER: /-?(0|[1-9][0-9]*)(\.[0-9]+)?/
`

export const grammar = (notation, sources) => (_, name) =>
  node('steering/grammar', { grammar: sources[name], notation })
