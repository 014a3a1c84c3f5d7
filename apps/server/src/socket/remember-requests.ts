/** Submissions remembered, for clients that lost their connection before they were answered. */
const remembered = 10_000

/**
 * A client that reconnects sends again what was not answered. This finds the answer it missed, so that nothing runs
 * twice.
 */
export interface RequestMemory {
  find(request: string): string | undefined
  add(request: string, run: string): void
}

export function createRequestMemory(): RequestMemory {
  const runs = new Map<string, string>()
  return {
    find: (request) => runs.get(request),
    add(request, run) {
      runs.set(request, run)
      const [oldest] = runs.keys()
      if (runs.size > remembered && oldest !== undefined) runs.delete(oldest)
    },
  }
}
