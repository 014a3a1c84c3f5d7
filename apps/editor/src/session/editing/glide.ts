/** Milliseconds a view takes to move there: none where the person wants as little motion as there can be. */
export function glide(duration: number): number {
  return globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches ? 0 : duration
}
