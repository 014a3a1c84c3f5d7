/** More objects than this in one reply is babble. */
const mostObjects = 50

/**
 * The first tool call in what a model said: a JSON object with `tool` (or `name`) and `input` (or `arguments`),
 * anywhere in the text, inside a code block or not.
 */
export function findToolCall(reply: string): { tool: string; input: string } | undefined {
  let from = reply.indexOf('{')
  for (let n = 0; from >= 0 && n < mostObjects; n++) {
    const end = endOfObject(reply, from)
    const call = end === undefined ? undefined : readCall(reply.slice(from, end))
    if (call !== undefined) return call
    from = reply.indexOf('{', from + 1)
  }
  return undefined
}

/** Where the object that begins at `from` ends: braces are counted, those inside strings are not. */
function endOfObject(text: string, from: number): number | undefined {
  let depth = 0
  let inString = false
  for (let i = from; i < text.length; i++) {
    const char = text.charAt(i)
    if (inString) {
      if (char === '\\') i++
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '{') depth++
    else if (char === '}' && --depth === 0) return i + 1
  }
  return undefined
}

function readCall(text: string): { tool: string; input: string } | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const call = value as { tool?: unknown; name?: unknown; input?: unknown; arguments?: unknown }
  const tool = call.tool ?? call.name
  if (typeof tool !== 'string') return undefined
  const given = call.input ?? call.arguments ?? ''
  return { tool, input: typeof given === 'string' ? given : firstText(given) }
}

/** Models like to name the argument: `{"expression": "6 * 7"}`. */
function firstText(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    const text = Object.values(value).find((item) => typeof item === 'string' || typeof item === 'number')
    if (text !== undefined) return String(text)
  }
  return JSON.stringify(value)
}
