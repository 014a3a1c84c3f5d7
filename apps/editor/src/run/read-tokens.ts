/** A token that was written, or could have been. */
export interface TokenChance {
  text: string
  /** Natural logarithm of its probability. */
  logprob: number
}

/** A token with what could have stood in its place, likeliest first. */
export interface WrittenToken extends TokenChance {
  alternatives: TokenChance[]
}

/** Tokens with their log-probabilities given as JSON; undefined where it is anything else. */
export function readTokens(json: string): WrittenToken[] | undefined {
  // Most results are long texts: only what can be such a list is parsed.
  if (!json.startsWith('[') || !json.includes('"logprob"')) return undefined
  try {
    const value: unknown = JSON.parse(json)
    return Array.isArray(value) && value.length > 0 && value.every(isWritten) ? value : undefined
  } catch {
    return undefined
  }
}

/** A token of a prompt as a model reads it. */
export interface PromptToken {
  id: number
  text: string
  /** It marks something, such as a turn, and is no text. */
  control: boolean
}

/** The tokens of a prompt given as JSON; undefined where it is anything else. */
export function readPromptTokens(json: string): PromptToken[] | undefined {
  if (!json.startsWith('[') || !json.includes('"control"')) return undefined
  try {
    const value: unknown = JSON.parse(json)
    return Array.isArray(value) && value.length > 0 && value.every(isPromptToken) ? value : undefined
  } catch {
    return undefined
  }
}

function isPromptToken(value: unknown): value is PromptToken {
  if (typeof value !== 'object' || value === null) return false
  const { id, text, control } = value as Partial<Record<string, unknown>>
  return typeof id === 'number' && typeof text === 'string' && typeof control === 'boolean'
}

function isWritten(value: unknown): value is WrittenToken {
  return isChance(value) && 'alternatives' in value && Array.isArray(value.alternatives)
}

function isChance(value: unknown): value is TokenChance {
  if (typeof value !== 'object' || value === null) return false
  const { text, logprob } = value as Partial<Record<string, unknown>>
  return typeof text === 'string' && typeof logprob === 'number'
}
