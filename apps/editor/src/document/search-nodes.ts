import type { NodeDescription } from '@woolgather/workflow'

/**
 * How well `query` matches `text`, 0 for not at all. Letters must appear in order; runs and starts of words count
 * more, so that "gen" finds Generate before Logging engine.
 */
export function fuzzyScore(query: string, text: string): number {
  const wanted = query.toLowerCase().replaceAll(' ', '')
  const lower = text.toLowerCase()
  if (wanted === '') return 1
  const whole = lower.indexOf(wanted)
  if (whole >= 0)
    return 100 + (startsWord(lower, whole) ? 50 : 0) + (whole === 0 ? 50 : 0) - text.length / 100
  let score = 0
  let from = 0
  for (const letter of wanted) {
    const at = lower.indexOf(letter, from)
    if (at < 0) return 0
    score += startsWord(lower, at) ? 8 : at === from && from > 0 ? 5 : 1
    from = at + 1
  }
  return Math.max(score / wanted.length - text.length / 1000, 0.001)
}

/** Node types that match, best first: by title, else by type, else by description. */
export function searchNodes(descriptions: readonly NodeDescription[], query: string): NodeDescription[] {
  return descriptions
    .map((description) => ({ description, score: scoreDescription(description, query) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ description }) => description)
}

function scoreDescription(description: NodeDescription, query: string): number {
  const wanted = query.trim().toLowerCase()
  const found = description.description.toLowerCase().includes(wanted)
  // A word says more than its letters scattered over a title.
  const words = found ? (wanted.length > 3 ? 4 : 0.5) : 0
  return Math.max(fuzzyScore(query, description.title) * 2, fuzzyScore(query, description.type), words)
}

function startsWord(text: string, at: number): boolean {
  return at === 0 || /[^a-z0-9]/.test(text.charAt(at - 1))
}
