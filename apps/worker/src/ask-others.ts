import type { SharingAnswer, SharingQuestion, WorkerMessage, WorkerRequest } from '@woolgather/protocol'
import { untilAborted, type MadeElsewhere, type Sharing } from '@woolgather/weights'

/** Other machines, asked through the process that supervises this one. */
export function askOthers(send: (message: WorkerMessage) => void): {
  sharing: Sharing
  hear(message: Extract<WorkerRequest, { type: 'shared' }>): void
} {
  const asked = new Map<number, (answer: SharingAnswer) => void>()
  let last = 0
  const ask = (asks: SharingQuestion): Promise<SharingAnswer> =>
    new Promise((resolve) => {
      const number = ++last
      asked.set(number, resolve)
      send({ type: 'sharing', number, asks })
    })
  const find = async (name: string, about?: number): Promise<MadeElsewhere | undefined> => {
    const { yes, bytes = 0, notes = [] } = await ask({ ask: 'find', name, about })
    return yes ? { bytes, notes } : undefined
  }
  const sharing: Sharing = {
    find,
    claim: (name, about, signal) => untilAborted(find(name, about), signal),
    fetch: async (name, file) => (await ask({ ask: 'fetch', name, file })).yes,
    keep: async (name, file, notes) => void (await ask({ ask: 'keep', name, file, notes: [...notes] })),
    giveUp: (name) => void ask({ ask: 'give-up', name }),
  }
  return {
    sharing,
    hear({ number, answer }) {
      asked.get(number)?.(answer)
      asked.delete(number)
    },
  }
}
