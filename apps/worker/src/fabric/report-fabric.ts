import { asJson, hashOf, isClaim, queueNeedsSchema, topics, type Fabric } from '@woolgather/fabric'
import type { FabricQueue, FabricWorker, WorkerMessage } from '@woolgather/protocol'
import type { KnownWorkers } from './known-workers.ts'
import type { OfferedModels } from './offered-models.ts'

/** Milliseconds between two looks at who works and what waits. */
const interval = 2_000

/** Queues and workers that are told of; a page shows no more. */
const mostTold = 200

export interface ReportOptions {
  fabric: Fabric
  workers: KnownWorkers
  offered: OfferedModels
  send: (message: WorkerMessage) => void
}

/** Tells the server how its workers do, whenever that has changed. */
export function reportFabric({ fabric, workers, offered, send }: ReportOptions): { stop(): void } {
  let told = ''
  let isLooking = false
  const filesOf = new Map<string, string[]>()

  const readFiles = async (queue: string): Promise<string[]> => {
    const known = filesOf.get(queue)
    if (known !== undefined) return known
    const read = queueNeedsSchema.safeParse(await fabric.results.get(topics.needs(queue)))
    const files = read.success ? Object.keys(read.data.files) : []
    if (read.success) filesOf.set(queue, files)
    return files
  }
  let models = ''
  const tellModels = async (): Promise<void> => {
    const changed = await offered.changed()
    if (changed === undefined) return
    // Before whoever is told that they are others asks for them.
    send({ type: 'offered', models: changed })
    models = hashOf(asJson(changed)).slice(0, 16)
  }
  const look = async (): Promise<void> => {
    await tellModels()
    const lengths = (await fabric.queues()).filter((queue) => !isClaim(queue)).slice(0, mostTold)
    const queues = await Promise.all(
      lengths.map(async (length): Promise<FabricQueue> => ({
        ...length,
        files: await readFiles(length.queue),
      })),
    )
    const list = workers.list().slice(0, mostTold)
    const fabricWorkers = list.map((worker): FabricWorker => {
      const {
        files: _files,
        catalogue: _catalogue,
        reading: _reading,
        build: _build,
        leaving: _leaving,
        ...told
      } = worker
      return told
    })
    // That it was heard again is no news.
    const news = JSON.stringify([fabricWorkers.map((worker) => ({ ...worker, heardAt: 0 })), queues, models])
    if (news === told) return
    told = news
    send({ type: 'fabric', fabric: { workers: fabricWorkers, queues, models } })
  }
  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    void look()
      .catch(() => undefined)
      .finally(() => (isLooking = false))
  }, interval).unref()
  return { stop: () => clearInterval(timer) }
}
