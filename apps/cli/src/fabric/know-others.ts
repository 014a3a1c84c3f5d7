import { presenceSchema, topics, type Fabric } from '@woolgather/fabric'

/** Milliseconds after which a worker that says nothing counts for nothing. */
const heardFor = 10_000

/** What the other workers of a fabric are at work on. */
export function knowOthers(
  fabric: Fabric,
  own: string,
): { byQueue(): ReadonlyMap<string, number>; stop: () => void } {
  const heard = new Map<string, { queue: string; at: number }>()
  const stop = fabric.listen(topics.workers, (message) => {
    const { data } = presenceSchema.safeParse(message)
    if (data === undefined || data.id === own) return
    if (data.queue === undefined || data.cells === 0 || data.leaving === true) heard.delete(data.id)
    else heard.set(data.id, { queue: data.queue, at: Date.now() })
  })
  return {
    byQueue() {
      const counts = new Map<string, number>()
      for (const [id, { queue, at }] of heard) {
        if (Date.now() - at > heardFor) heard.delete(id)
        else counts.set(queue, (counts.get(queue) ?? 0) + 1)
      }
      return counts
    },
    stop,
  }
}
