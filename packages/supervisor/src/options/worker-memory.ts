import { totalmem } from 'node:os'
import { WoolgatherError } from '@woolgather/workflow'

/** Of the machine's memory, or its container's: the rest is for the system, the server and the files that are read. */
const usualShare = 0.85

const units: Record<string, number> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/**
 * How many bytes a worker may take: `8GiB`, `8G`, `800 MB`, `75%` of what there is, `0` for any. Without a text
 * 85 %.
 * @throws WoolgatherError invalid-input
 */
export function readWorkerMemory(given = '', total: number = wholeMemory()): number {
  if (given.trim() === '') return Math.floor(total * usualShare)
  const [, number = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*(%|(?:[kmgt]i?)?b?)\s*$/i.exec(given) ?? []
  const value = Number(number)
  const bytes =
    unit === '%' ? (value / 100) * total : value * (units[unit.charAt(0).toLowerCase().replace('b', '')] ?? 1)
  if (number === '' || (bytes > 0 && bytes < leastBytes)) throw refuse(given)
  return bytes === 0 ? Infinity : Math.floor(bytes)
}

/** Less than a worker takes before it does anything: whoever says `8` means another unit. */
const leastBytes = 128 * 2 ** 20

function refuse(given: string): WoolgatherError {
  return new WoolgatherError(
    'invalid-input',
    `The memory of the worker cannot be “${given}”; it must be a size of 128 MiB or more, such as 8GiB or 75%.`,
    { hint: 'Give --worker-memory (or WOOLGATHER_WORKER_MEMORY) such a size, or 0 for no limit.' },
  )
}

/** Bytes of memory of this machine, or of the container this process is in. */
function wholeMemory(): number {
  const limit = process.constrainedMemory()
  // Without a limit Node tells 0, or a number beyond any machine.
  return limit > 0 && limit < totalmem() ? limit : totalmem()
}
