import { WoolgatherError, type Json } from '@woolgather/workflow'

/** A code block of Markdown, as models like to wrap JSON. */
const codeBlock = /^\s*```[\w-]*[^\S\n]*\n([\s\S]*?)\n?\s*```\s*$/

/** JSON as it is, or read from text, inside a code block or not. @throws SyntaxError */
export function readJson(text: string): Json {
  return JSON.parse(codeBlock.exec(text)?.[1] ?? text) as Json
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
