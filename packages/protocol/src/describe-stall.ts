import type { WorkerStall } from './socket-messages.ts'

/** Cells that are named; more would be a list nobody reads. */
const mostNamed = 3

/** What holds a worker, for people: which nodes, since when, and what becomes of it. */
export function describeStall({ since, standsStill, cells }: WorkerStall, now: number = Date.now()): string {
  const seconds = Math.max(1, Math.round((now - since) / 1_000))
  const named = cells.slice(0, mostNamed).map(nameOf)
  const more = cells.length > mostNamed ? ` and ${cells.length - mostNamed} more` : ''
  const nodes = named.length === 0 ? '' : ` ${named.join(', ')}${more}`
  const why = standsStill
    ? `Its whole process stands still${nodes && `; what had begun:${nodes}`}.`
    : nodes
      ? `Not ended since then:${nodes}.`
      : 'Nothing had begun.'
  return `The worker has not answered for ${seconds} s. ${why} If it goes on so, it is ended.`
}

function nameOf({ node, at }: WorkerStall['cells'][number]): string {
  const place = Object.entries(at).map(([axis, index]) => `${axis} ${index}`)
  return `“${node}”${place.length > 0 ? ` [${place.join(', ')}]` : ''}`
}
