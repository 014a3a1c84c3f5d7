import { WoolgatherError, type Json } from '@woolgather/workflow'

/** JSON as it is, or read from text, inside a code block or not. @throws SyntaxError */
export function readJson(text: string): Json {
  return parseJson(insideCodeBlock(text.trim()))
}

/** JSON as it is. @throws SyntaxError */
export function parseJson(text: string): Json {
  return JSON.parse(text, refuseInfinite) as Json
}

/** 1e999 is written as JSON allows, but is no number that JSON could hold again. */
function refuseInfinite(_key: string, value: unknown): unknown {
  if (value !== Infinity && value !== -Infinity) return value
  throw new SyntaxError('a number in it is too large')
}

/** Text of JSON as it was written, without a code block around it. @throws WoolgatherError invalid-input, as `asJson` */
export function jsonText(text: string, input: string): string {
  asJson(text, input)
  return insideCodeBlock(text.trim())
}

/** Models like to wrap JSON in a code block of Markdown. */
function insideCodeBlock(text: string): string {
  const firstLine = text.indexOf('\n')
  const isBlock = text.startsWith('```') && text.endsWith('```') && firstLine > 0
  return isBlock ? text.slice(firstLine, -'```'.length) : text
}

/**
 * Text that holds JSON, as JSON; anything else is JSON already.
 * @throws WoolgatherError invalid-input, saying where the text is wrong
 */
export function asJson(value: Json, input: string): Json {
  if (typeof value !== 'string') return value
  try {
    return readJson(value)
  } catch (error) {
    throw new WoolgatherError('invalid-input', `The text is no JSON: ${(error as Error).message}.`, {
      input,
      hint: 'Text in it needs "double quotes", and nothing may follow the last item.',
      cause: error,
    })
  }
}
