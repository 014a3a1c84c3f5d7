/** Characters by which a name may be mistyped, at most: beyond, it is another name. */
const mostChanges = 8
/** Longer ones are texts. */
const longestName = 200
/** Pairs of characters that one search may compare: some milliseconds, however much there is to choose from. */
const mostSteps = 300_000
/** What it costs to look at a candidate at all, in such pairs. */
const stepsPerCandidate = 16

/** The candidates a mistyped name was probably meant to be, best first, at most three. */
export function nearest(name: string, candidates: Iterable<string>): string[] {
  if (name.length > longestName) return []
  const wanted = name.toLowerCase()
  const found: { candidate: string; distance: number }[] = []
  let limit = Math.min(mostChanges, Math.max(2, Math.floor(wanted.length / 3)))
  let steps = 0
  for (const candidate of candidates) {
    const compared = distanceBetween(wanted, candidate.toLowerCase(), limit)
    steps += compared.steps + stepsPerCandidate
    if (compared.distance <= limit) {
      const place = found.findIndex(({ distance }) => distance > compared.distance)
      found.splice(place === -1 ? found.length : place, 0, { candidate, distance: compared.distance })
      if (found.length > 3) found.pop()
      // with three at hand only a better one is of interest
      if (found.length === 3) limit = (found[2]?.distance ?? 0) - 1
    }
    if (steps > mostSteps || limit < 0) break
  }
  return found.map(({ candidate }) => candidate)
}

/** "Did you mean …?", or what there is to choose from. */
export function suggest(name: string, candidates: Iterable<string>, what: string): string {
  const close = nearest(name, candidates)
  if (close.length > 0) return `Did you mean ${close.map(quoted).join(' or ')}?`
  const all = [...candidates]
  if (all.length === 0) return `There are no ${what}.`
  const shown = all.slice(0, 12).map(quoted)
  const rest = all.length - shown.length
  return `There ${all.length === 1 ? 'is' : 'are'} ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`
}

/** Names of slots may be texts of any length. */
function quoted(name: string): string {
  return `\`${name.length > longestName ? `${name.slice(0, longestName)}…` : name}\``
}

/**
 * Levenshtein distance, or `limit + 1` where it is more than `limit`: only the band of the table in which it could be
 * less is filled, until a row has nothing left that is. `steps`: cells filled.
 */
function distanceBetween(a: string, b: string, limit: number): { distance: number; steps: number } {
  // the last part of a path is what people remember: `generate` for `generation/generate`
  if (b.endsWith(`/${a}`)) return { distance: 0, steps: 0 }
  const beyond = limit + 1
  if (Math.abs(a.length - b.length) > limit) return { distance: beyond, steps: 0 }
  let steps = 0
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = [i]
    const from = Math.max(1, i - limit)
    const to = Math.min(b.length, i + limit)
    let least = from === 1 ? i : beyond
    for (let j = from; j <= to; j++) {
      const change = (previous[j - 1] ?? beyond) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const cell = Math.min(change, (previous[j] ?? beyond) + 1, (row[j - 1] ?? beyond) + 1)
      row[j] = cell
      if (cell < least) least = cell
    }
    steps += to - from + 1
    if (least > limit) return { distance: beyond, steps }
    previous = row
  }
  return { distance: Math.min(previous[b.length] ?? beyond, beyond), steps }
}
