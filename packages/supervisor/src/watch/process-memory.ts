import { readFileSync } from 'node:fs'

/**
 * Bytes that a process keeps from others: its own and shared memory, in RAM or swapped out. Pages of files do not
 * count, such as the weights of a mapped model: the system drops them when it needs room.
 * @returns undefined where the system does not tell, or the process is gone
 */
export function memoryOf(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    const kibibytes = [...status.matchAll(/^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB$/gm)]
    return kibibytes.length === 0
      ? undefined
      : kibibytes.reduce((sum, [, size]) => sum + Number(size) * 1_024, 0)
  } catch {
    return undefined
  }
}

/** How often the system has ended a process for want of memory since it started; 0 where it does not tell. */
export function countMemoryKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'latin1'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
