import { literal, nothing, type Expression } from '../grammar/expression.ts'
import type { LarkToken } from './read-tokens.ts'
import type { TokenCursor } from './token-cursor.ts'

const mostChunks = 100_000
/** Words, blanks, and what is neither, each as long as it goes. */
const words = /[\p{Alphabetic}\p{N}_]+|\p{White_Space}+|[^\p{Alphabetic}\p{N}_\p{White_Space}]+/gu

/** llguidance's `%regex { "substring_words": "…" }`: some of the pieces that follow one another, or none. */
export function parseStructuredRegex(value: object, at: LarkToken, cursor: TokenCursor): Expression {
  const [[kind, content] = ['', undefined], ...others] = Object.entries(value) as [string, unknown][]
  const chunks = others.length === 0 ? chunksOf(kind, content) : undefined
  if (chunks === undefined)
    return cursor.refuse(
      `This "%regex" (${Object.keys(value).join(', ') || 'without a kind'})`,
      at,
      'There are "substring_chunks" (a list of texts), "substring_words" and "substring_chars" (a text).',
    )
  if (chunks.length > mostChunks) cursor.fail(`There are more than ${mostChunks} pieces`, at)
  return substring(chunks)
}

function chunksOf(kind: string, content: unknown): string[] | undefined {
  if (kind === 'substring_chunks' && Array.isArray(content))
    return content.every((chunk) => typeof chunk === 'string') ? content : undefined
  if (typeof content !== 'string') return undefined
  if (kind === 'substring_words') return content.match(words) ?? []
  return kind === 'substring_chars' ? Array.from(content) : undefined
}

/** May begin before any piece and end after any. */
function substring(chunks: readonly string[]): Expression {
  const nodes = chunks.length + 1
  const starts = Array.from({ length: chunks.length }, (_, index) => ({
    from: 0,
    to: index + 1,
    label: nothing,
  }))
  const steps = chunks.map((chunk, index) => ({ from: index + 1, to: index + 2, label: literal(chunk) }))
  const finals = Array.from({ length: nodes + 1 }, (_, node) => node)
  return { kind: 'graph', graph: { size: nodes + 1, finals, edges: [...starts, ...steps] } }
}
