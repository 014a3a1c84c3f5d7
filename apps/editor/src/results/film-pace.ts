/** How long a film takes, in milliseconds, and a frame at most and at least. */
const filmMs = 4_000
const [shortestMs, longestMs] = [40, 400]

/** Milliseconds of each step. */
export function frameMs(steps: number): number {
  return Math.min(longestMs, Math.max(shortestMs, filmMs / Math.max(1, steps)))
}
