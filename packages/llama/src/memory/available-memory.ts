import { freemem, platform, totalmem } from 'node:os'

/**
 * Bytes of main memory that can be used: what is free or can be freed, within the limit of a container.
 * macOS counts reclaimable pages as used, so half of the machine's memory is taken as free there at least.
 */
export function availableMemory(): number {
  const free = platform() === 'darwin' ? Math.max(freemem(), totalmem() / 2) : freemem()
  const limit = process.constrainedMemory()
  // Without a limit Node tells 0, or a number beyond any machine.
  if (limit === undefined || limit <= 0 || limit > totalmem()) return free
  return Math.min(free, Math.max(0, limit - process.memoryUsage.rss()))
}
