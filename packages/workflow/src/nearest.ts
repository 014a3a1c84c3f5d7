/** The candidates a mistyped name was probably meant to be, best first, at most three. */
export function nearest(name: string, candidates: Iterable<string>): string[] {
  const wanted = name.toLowerCase()
  const furthest = Math.max(2, Math.floor(wanted.length / 3))
  const scored: { candidate: string; distance: number }[] = []
  for (const candidate of candidates) {
    const distance = distanceBetween(wanted, candidate.toLowerCase(), furthest)
    if (distance <= furthest) scored.push({ candidate, distance })
  }
  return scored
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** "Did you mean …?", or what there is to choose from. */
export function suggest(name: string, candidates: readonly string[], what: string): string {
  const close = nearest(name, candidates)
  if (close.length > 0) return `Did you mean ${close.map((c) => `\`${c}\``).join(' or ')}?`
  if (candidates.length === 0) return `There are no ${what}.`
  const shown = candidates.slice(0, 12).map((c) => `\`${c}\``)
  const rest = candidates.length - shown.length
  return `There ${candidates.length === 1 ? 'is' : 'are'} ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`
}

/** Levenshtein distance; gives up, returning more than `limit`, where it cannot be at most `limit`. */
function distanceBetween(a: string, b: string, limit: number): number {
  // the last part of a path is what people remember: `generate` for `generation/generate`
  if (b.endsWith(`/${a}`)) return 0
  if (Math.abs(a.length - b.length) > limit || a.length > 100) return limit + 1
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    previous = row
  }
  return previous[b.length] ?? limit + 1
}
