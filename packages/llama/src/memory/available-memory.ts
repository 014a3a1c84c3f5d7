import { readFileSync } from 'node:fs'
import { freemem, platform, totalmem } from 'node:os'

/**
 * Bytes of main memory that can be used: what is free or can be freed, within the limit of a container.
 * macOS counts reclaimable pages as used, so half of the machine's memory is taken as free there at least. Linux counts
 * files that are mapped as free, although a model cannot do without its own.
 */
export function availableMemory(): number {
  const free = platform() === 'darwin' ? Math.max(freemem(), totalmem() / 2) : freemem() - mappedBytes()
  const limit = process.constrainedMemory()
  // Without a limit Node tells 0, or a number beyond any machine.
  if (limit === undefined || limit <= 0 || limit > totalmem()) return Math.max(0, free)
  return Math.max(0, Math.min(free, limit - process.memoryUsage.rss()))
}

/** How much of the files that this process has mapped is in memory. */
function mappedBytes(): number {
  if (platform() !== 'linux') return 0
  try {
    return Number(/^RssFile:\s*(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
