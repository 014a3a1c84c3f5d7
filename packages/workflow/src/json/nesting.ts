/** Bounds on JSON text that hold before anything else reads it. */
export interface TextLimits {
  /** Levels that values nest. */
  depth: number
  /** Keys of one object. */
  keys: number
}

/**
 * What keeps JSON text from being handed to a parser: one pass, before a parser or validator could run out of stack,
 * or spend seconds on the keys of one object.
 */
export function textProblem(text: string, limits: TextLimits): keyof TextLimits | undefined {
  const keys: number[] = []
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === backslash) i++
      else if (code === quote) inString = false
    } else if (code === quote) inString = true
    else if (code === openBrace || code === openBracket) {
      if (++depth > limits.depth) return 'depth'
      keys[depth] = 0
    } else if (code === closeBrace || code === closeBracket) depth--
    else if (code === colon && depth > 0) {
      const count = (keys[depth] as number) + 1
      if (count > limits.keys) return 'keys'
      keys[depth] = count
    }
  }
  return undefined
}

const quote = 34
const backslash = 92
const colon = 58
const openBracket = 91
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

/** The same of a value (one that contains itself nests too deep). */
export function valueProblem(value: unknown, limits: TextLimits): keyof TextLimits | undefined {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limits.depth) return 'depth'
    const next: unknown[] = []
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue
      const inner = Array.isArray(item) ? item : Object.values(item)
      if (!Array.isArray(item) && inner.length > limits.keys) return 'keys'
      for (const child of inner) if (typeof child === 'object' && child !== null) next.push(child)
    }
    level = next
  }
  return undefined
}
