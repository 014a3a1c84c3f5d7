import { setTimeout as delay } from 'node:timers/promises'
import { claimMaking, fetchMade, findMade, keepMade, type Fabric, type Lease } from '@woolgather/fabric'
import type { SharingAnswer, SharingQuestion } from '@woolgather/protocol'

export interface ShareMadeOptions {
  fabric: Fabric
  /** What is larger each worker makes for itself. */
  mostBytes: number
  /** Milliseconds between two beats of what is made here: a lease lasts for several. */
  beatEvery?: number
  /** Ends all waiting. */
  signal: AbortSignal
}

/** Milliseconds between two looks whether another is done. */
const lookEvery = 500

/**
 * Lets workers make for each other: what one has made under a name others fetch, and who makes it has its lease, which is
 * kept here, by the process that runs no native code.
 */
export function shareMade({ fabric, mostBytes, beatEvery = 2_500, signal }: ShareMadeOptions): {
  answer(question: SharingQuestion): Promise<SharingAnswer>
  /** The process that made something is gone: others may. */
  giveUpAll(): Promise<void>
  close(): Promise<void>
} {
  const making = new Map<string, Lease>()
  const waiting = new Map<string, AbortController>()
  const beating = setInterval(() => making.forEach((lease) => lease.beat()), beatEvery).unref()
  const no: SharingAnswer = { yes: false }

  const find = async (name: string): Promise<SharingAnswer | undefined> => {
    const made = await findMade(fabric, name)
    if (made === undefined) return undefined
    return made.parts.length === 0 ? no : { yes: true, bytes: made.bytes, notes: made.notes }
  }

  /** There, or to be made here, which others wait for. */
  const findOrClaim = async (name: string): Promise<SharingAnswer> => {
    const unwanted = new AbortController()
    waiting.set(name, unwanted)
    try {
      return await waitOrClaim(name, AbortSignal.any([signal, unwanted.signal]))
    } finally {
      if (waiting.get(name) === unwanted) waiting.delete(name)
    }
  }

  const waitOrClaim = async (name: string, ends: AbortSignal): Promise<SharingAnswer> => {
    while (!ends.aborted) {
      const found = await find(name)
      if (found !== undefined) return found
      const lease = await claimMaking(fabric, name)
      if (lease !== undefined) {
        making.set(name, lease)
        // It may have been made since, and who asked may be gone.
        const late = await find(name)
        if (late !== undefined || ends.aborted) await giveUp(name)
        return late ?? no
      }
      await delay(lookEvery, undefined, { signal: ends }).catch(() => undefined)
    }
    return no
  }

  const giveUp = async (name: string): Promise<void> => {
    const lease = making.get(name)
    making.delete(name)
    waiting.get(name)?.abort()
    waiting.delete(name)
    await lease?.done()
  }

  const giveUpAll = async (): Promise<void> => {
    const names = new Set([...making.keys(), ...waiting.keys()])
    await Promise.allSettled([...names].map(giveUp))
  }

  const keep = async (name: string, file: string, notes: readonly string[]): Promise<void> => {
    try {
      await keepMade(fabric, { name, file, notes, mostBytes })
    } finally {
      await giveUp(name)
    }
  }

  return {
    async answer(question) {
      const { name } = question
      switch (question.ask) {
        case 'find':
          if (question.about === undefined) return (await find(name)) ?? no
          return question.about > mostBytes ? no : findOrClaim(name)
        case 'fetch': {
          const made = await findMade(fabric, name)
          return { yes: made !== undefined && (await fetchMade(fabric, made, question.file, signal)) }
        }
        case 'keep':
          await keep(name, question.file, question.notes)
          return { yes: true }
        case 'give-up':
          await giveUp(name)
          return no
      }
    },
    giveUpAll,
    close() {
      clearInterval(beating)
      return giveUpAll()
    },
  }
}
