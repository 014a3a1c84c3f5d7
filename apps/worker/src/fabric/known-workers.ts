import { setTimeout as delay } from 'node:timers/promises'
import { presenceSchema, topics, type Fabric, type Presence } from '@woolgather/fabric'
import type { FabricWorker } from '@woolgather/protocol'
import { WoolgatherError } from '@woolgather/workflow'

/** Milliseconds without a word after which a worker counts as lost, and after which it is forgotten. */
const lostAfter = 10_000
const forgottenAfter = 300_000

/** Milliseconds in which workers answer who is there. */
const answerTime = 2_000
const lookEvery = 50

export type HeardWorker = Presence & FabricWorker

/** The workers of a fabric, by what they say of themselves. */
export interface KnownWorkers {
  list(): HeardWorker[]
  /** What a file holds on the workers that have it; waits where there is no worker at all. @throws model-not-found */
  contentOf(file: string): Promise<string>
  /** The same without waiting, undefined where none of them has it. */
  knownContentOf(file: string): string | undefined
  files(): string[]
  /** Those that are given work. */
  present(): Presence[]
  /** How many workers have exactly these files. */
  able(files: Readonly<Record<string, string>>): number
  close(): void
}

/** @param build who computes with other code is listed, and counts for nothing */
export function knowWorkers(fabric: Fabric, build: string): KnownWorkers {
  const heard = new Map<string, { presence: Presence; at: number }>()
  /** What was heard of files stays true while their workers are away: work waits for them. */
  const remembered = new Map<string, string>()

  const stopListening = fabric.listen(topics.workers, (message) => {
    const read = presenceSchema.safeParse(message)
    if (!read.success) return
    const presence = read.data
    if (presence.leaving) return void heard.delete(presence.id)
    heard.set(presence.id, { presence, at: Date.now() })
    if (presence.build !== build) return
    for (const [file, content] of Object.entries(presence.files)) remembered.set(file, content)
  })
  fabric.tell(topics.who, {})

  const isLost = (at: number): boolean => Date.now() - at > lostAfter
  const present = (): Presence[] =>
    [...heard.values()].flatMap(({ presence, at }) =>
      presence.build === build && !isLost(at) ? [presence] : [],
    )

  /** Where workers have different files of one name, that of the most of them. */
  const knownContentOf = (file: string): string | undefined => {
    const counts = new Map<string, number>()
    for (const { files } of present()) {
      const content = Object.hasOwn(files, file) ? files[file] : undefined
      if (content !== undefined) counts.set(content, (counts.get(content) ?? 0) + 1)
    }
    const [most] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    return most?.[0] ?? remembered.get(file)
  }

  return {
    list() {
      for (const [id, { at }] of heard) if (Date.now() - at > forgottenAfter) heard.delete(id)
      return [...heard.values()].map(({ presence, at }) => ({
        ...presence,
        heardAt: at,
        state: isLost(at)
          ? 'lost'
          : presence.build !== build
            ? 'other-build'
            : presence.cells > 0
              ? 'working'
              : 'idle',
      }))
    },
    present,
    knownContentOf,
    async contentOf(file) {
      let askedAt: number | undefined
      for (;;) {
        const content = knownContentOf(file)
        if (content !== undefined) return content
        if (askedAt === undefined) {
          askedAt = Date.now()
          fabric.tell(topics.who, {})
        }
        // Who reads a large file for the first time says so.
        const isRead = present().some(({ reading }) => reading?.includes(file))
        if (!isRead && present().length > 0 && Date.now() - askedAt > answerTime)
          throw nobodyHas(file, present())
        await delay(lookEvery)
      }
    },
    files: () => [
      ...new Set([...present().flatMap(({ files }) => Object.keys(files)), ...remembered.keys()]),
    ],
    able: (files) =>
      present().filter((worker) =>
        Object.entries(files).every(([file, content]) => worker.files[file] === content),
      ).length,
    close: stopListening,
  }
}

function nobodyHas(file: string, workers: readonly Presence[]): WoolgatherError {
  const names = workers.map(({ name }) => `“${name}”`).join(', ')
  return new WoolgatherError('model-not-found', `No worker has “${file}”.`, {
    hint: `Put it into the models folder of one of ${names}: it is found there within a minute.`,
  })
}
