/** Native logs can be one endless line; what a person reads of a crash fits in this. */
const maxLineLength = 2_000

/** The last lines of a stream of text, the rest forgotten. */
export interface LogRing {
  write(chunk: string): void
  /** Oldest first; a line still being written counts. */
  lines(): string[]
}

export function createLogRing(capacity: number, onLine: (line: string) => void = () => {}): LogRing {
  const kept: string[] = []
  let unfinished = ''

  const keep = (line: string): void => {
    if (line.trim() === '') return
    kept.push(line)
    if (kept.length > capacity) kept.shift()
    onLine(line)
  }

  return {
    write(chunk) {
      const parts = (unfinished + chunk).split(/\r?\n/)
      unfinished = (parts.pop() ?? '').slice(0, maxLineLength)
      for (const part of parts) keep(part.slice(0, maxLineLength))
    },
    lines: () => [...kept, ...(unfinished.trim() === '' ? [] : [unfinished])].slice(-capacity),
  }
}
