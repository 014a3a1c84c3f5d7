/**
 * Finds stop strings in text that arrives in pieces, and lets through only what can no longer become part of one.
 *
 * The match that is complete first wins; of several complete at the same character, the longest. So the result
 * does not depend on how the text was cut. Empty stop strings never match, nor do those with half a surrogate
 * pair. What is let through never ends in the middle of a pair.
 */
export class StopMatcher {
  readonly #stops: readonly string[]
  #held = ''
  #stopped: string | undefined

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== '' && !hasLoneSurrogate(stop))
  }

  /** The text that is now certain; `stopped` is the stop string that was found, and stays set from then on. */
  push(text: string): { text: string; stopped?: string } {
    if (this.#stopped !== undefined) return { text: '', stopped: this.#stopped }
    const all = this.#held + text
    const match = findFirst(all, this.#stops)
    if (match !== undefined) {
      this.#stopped = match.stop
      this.#held = ''
      return { text: all.slice(0, match.start), stopped: match.stop }
    }
    const certain = countCertain(all, this.#stops)
    this.#held = all.slice(certain)
    return { text: all.slice(0, certain) }
  }

  /** What was held back, now that nothing follows; empty after a stop. */
  end(): string {
    const rest = this.#held
    this.#held = ''
    return rest
  }
}

function findFirst(text: string, stops: readonly string[]): { start: number; stop: string } | undefined {
  let best: { start: number; stop: string } | undefined
  for (const stop of stops) {
    const start = text.indexOf(stop)
    if (start < 0) continue
    const sooner = best === undefined ? 1 : best.start + best.stop.length - (start + stop.length)
    if (best === undefined || sooner > 0 || (sooner === 0 && start < best.start)) best = { start, stop }
  }
  return best
}

/** Length of the part of `text` in which no stop string can begin that later text would complete. */
function countCertain(text: string, stops: readonly string[]): number {
  const longest = Math.max(0, ...stops.map((stop) => stop.length))
  for (let start = Math.max(0, text.length - longest + 1); start < text.length; start++) {
    const tail = text.slice(start)
    if (stops.some((stop) => stop.startsWith(tail))) return start
  }
  return endsInsidePair(text) ? text.length - 1 : text.length
}

function endsInsidePair(text: string): boolean {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd800 && last <= 0xdbff
}

function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text)
}
