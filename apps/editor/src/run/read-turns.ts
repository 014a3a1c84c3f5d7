/** One message of a conversation. */
export interface Turn {
  role: string
  content: string
}

/** The turns of a conversation given as JSON; undefined where it is anything else. */
export function readTurns(json: string): Turn[] | undefined {
  // Most results are long texts: only what can be a list is parsed.
  if (!json.startsWith('[')) return undefined
  try {
    const value: unknown = JSON.parse(json)
    return Array.isArray(value) && value.length > 0 && value.every(isTurn) ? value : undefined
  } catch {
    return undefined
  }
}

function isTurn(value: unknown): value is Turn {
  if (typeof value !== 'object' || value === null) return false
  const { role, content } = value as Partial<Record<string, unknown>>
  return typeof role === 'string' && typeof content === 'string'
}
