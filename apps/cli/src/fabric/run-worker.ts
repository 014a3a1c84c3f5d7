import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ArtifactStore } from '@woolgather/engine'
import {
  asJson,
  cellSignalSchema,
  chunkSchema,
  isAloneLine,
  isClaim,
  queueNeedsSchema,
  topics,
  usualLine,
  type Fabric,
  type Presence,
  type QueueNeeds,
} from '@woolgather/fabric'
import type { QueueLength } from '@woolgather/protocol'
import type { WorkerHandle } from '@woolgather/supervisor'
import { chooseQueues, hasRoom } from './choose-queue.ts'
import type { ModelContents } from './model-contents.ts'
import { watchFiles } from './watch-files.ts'
import { countEnded } from './count-ended.ts'
import { knowOthers } from './know-others.ts'
import { workOnChunk, type Working } from './work-chunk.ts'

export interface RunWorkerOptions {
  fabric: Fabric
  worker: WorkerHandle
  artifacts: ArtifactStore
  name: string
  /** The files it has. */
  contents: ModelContents
  /** Lets it download from there, from now on. */
  allowHost: (host: string) => Promise<void>
  /** Cells it runs at once. */
  cells: number
  /** Says what happens, for people. */
  say: (text: string) => void
  /** Stops it: what is not done is given back. */
  signal: AbortSignal
}

/** Milliseconds between two presences, and after a change; between two looks at the models folders; and the longest wait for a word. */
export const presentEvery = 3_000
const presentAfter = 250
const filesEvery = 30_000
export const longestWait = 1_000

/** Milliseconds that one which has work lets others go first. */
export const politeness = 100

/** Takes work that this machine has the models for, until it is stopped. */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const { fabric, worker, name, cells: mostCells, signal, say } = options
  const id = randomUUID()
  const inHand = new Map<string, Working>()
  const needs = new Map<string, QueueNeeds>()
  const ended = countEnded()
  const others = knowOthers(fabric, id)
  let loaded: string | undefined
  let idleSince = Date.now()
  let onQueueSince = Date.now()
  let loadTime = 0
  let triedAlone = 0
  let wake = (): void => {}

  const busyCells = (): number => [...inHand.values()].reduce((sum, { left }) => sum + left.size, 0)

  const presence = (): Presence => {
    const { status } = worker
    const nodes: Record<string, number> = {}
    for (const { chunk, left } of inHand.values())
      for (const task of chunk.tasks)
        if (left.has(task.address)) nodes[task.node] = (nodes[task.node] ?? 0) + 1
    return {
      id,
      name,
      build: status.code ?? 'starting',
      engine: status.build ?? '',
      device: status.device ?? '',
      files: watched.offered.files,
      catalogue: watched.offered.catalogue,
      ...(watched.offered.reading.length > 0 && { reading: watched.offered.reading }),
      memory: status.memory?.rss ?? 0,
      loaded: status.memory?.models.map(({ file }) => file) ?? [],
      ...(loaded !== undefined && { queue: loaded }),
      cells: busyCells(),
      nodes,
      ...ended.counts(),
    }
  }
  const present = (): void => {
    if (worker.status.code !== undefined) fabric.tell(topics.workers, asJson(presence()))
  }

  /** What it begins and ends shows at once, and not a hundred times a second. */
  let soon: NodeJS.Timeout | undefined
  const presentSoon = (): void => {
    soon ??= setTimeout(() => {
      soon = undefined
      present()
    }, presentAfter)
  }

  const watched = watchFiles(fabric, options.contents, () => {
    present()
    wake()
  })
  void watched.look()

  const canDo = async ({ queue }: QueueLength): Promise<boolean> => {
    let asked = needs.get(queue)
    if (asked === undefined) {
      const read = queueNeedsSchema.safeParse(await fabric.results.get(topics.needs(queue)))
      if (!read.success) return false
      asked = read.data
      needs.set(queue, asked)
    }
    return (
      asked.build === worker.status.code &&
      Object.entries(asked.files).every(([file, content]) => watched.offered.files[file] === content)
    )
  }

  const ableQueues = async (): Promise<QueueLength[]> => {
    const able: QueueLength[] = []
    for (const length of await fabric.queues())
      if (!isClaim(length) && (await canDo(length))) able.push(length)
    return able
  }

  /** Takes one more, where there is one for it. */
  const takeOne = async (): Promise<boolean> => {
    const queues = chooseQueues(await ableQueues(), {
      loaded,
      isBusy: inHand.size > 0,
      hasAlone: [...inHand.values()].some(({ lease }) => isAloneLine(lease.work.queue)),
      aloneSince: Date.now() - triedAlone,
      idleFor: Date.now() - idleSince,
      onQueueFor: Date.now() - onQueueSince,
      loadTime,
      others: others.byQueue(),
    })
    if (queues.some(isAloneLine)) triedAlone = Date.now()
    const lease = await fabric.take(queues)
    if (lease === undefined) return false
    const read = chunkSchema.safeParse(lease.work.body)
    if (!read.success) {
      say(`Work ${lease.work.id} is not understood, and dropped: ${read.error.issues[0]?.message}`)
      await lease.done()
      return true
    }
    const line = usualLine(lease.work.queue)
    const isNew = loaded !== line
    const began = Date.now()
    if (isNew) onQueueSince = began
    loaded = line
    const working = workOnChunk(lease, read.data, {
      fabric,
      worker,
      artifacts: options.artifacts,
      name,
      allowHost: options.allowHost,
      announceFiles: () => watched.look().then(present),
      onEnded: () => ended.add(),
      say,
    })
    inHand.set(lease.work.id, working)
    presentSoon()
    void working.ended.then(() => {
      inHand.delete(lease.work.id)
      if (isNew && working.firstAt !== undefined) loadTime = working.firstAt - began
      idleSince = Date.now()
      presentSoon()
      wake()
    })
    return true
  }

  const stopListening = [
    others.stop,
    // Somebody misses a file: it may have come since.
    fabric.listen(topics.who, () => {
      present()
      void watched.look().then(present)
    }),
    fabric.listen(topics.signals, (message) => {
      const read = cellSignalSchema.safeParse(message)
      if (!read.success) return
      const { signal, work, addresses } = read.data
      if (signal === 'drop') inHand.get(work)?.abandon(addresses)
      else inHand.get(work)?.finish(addresses)
    }),
    fabric.onWork(() => wake()),
  ]
  const presenting = setInterval(present, presentEvery)
  const lookingAtFiles = setInterval(() => void watched.look(), filesEvery)
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

  while (!signal.aborted) {
    const woken = new Promise<void>((resolve) => (wake = resolve))
    // Whoever has nothing to do comes first.
    if (inHand.size > 0) await Promise.race([stopped, delay(politeness)])
    const isReady = worker.status.state === 'ready'
    if (isReady && hasRoom(busyCells(), mostCells) && (await takeOne().catch(sayAndGoOn(say)))) continue
    await Promise.race([woken, stopped, delay(longestWait)])
  }

  clearInterval(presenting)
  clearTimeout(soon)
  clearInterval(lookingAtFiles)
  for (const stop of stopListening) stop()
  for (const working of inHand.values()) working.giveBack()
  await Promise.allSettled([...inHand.values()].map((working) => working.ended))
  fabric.tell(topics.workers, asJson({ ...presence(), leaving: true }))
}

function sayAndGoOn(say: (text: string) => void): (error: unknown) => false {
  return (error) => {
    say(error instanceof Error ? error.message : String(error))
    return false
  }
}
