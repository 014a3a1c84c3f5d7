import { setTimeout } from 'node:timers/promises'
import { WoolgatherError } from '@woolgather/workflow'
import { TransientError } from './http.ts'

export interface Patience {
  /** Attempts in a row that bring nothing new, before it is given up. */
  attempts: number
  /** Pause before the second attempt; doubles with each. */
  pauseMs: number
  /** A connection that is silent for so long is given up. */
  silenceMs: number
}

export const defaultPatience: Patience = { attempts: 5, pauseMs: 1000, silenceMs: 60_000 }

export interface PersistOptions {
  /** As messages name the model. */
  uri: string
  patience: Patience
  signal: AbortSignal | undefined
  /** Grows where an attempt that failed was not in vain. */
  achieved?: () => Promise<number>
}

/** Tries again after transient failures. @throws WoolgatherError download-failed after too many */
export async function persist<T>(options: PersistOptions, act: () => Promise<T>): Promise<T> {
  const { patience, signal, achieved = async () => 0 } = options
  for (let failures = 0; ;) {
    const before = await achieved()
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      failures = (await achieved()) > before ? 1 : failures + 1
      if (failures >= patience.attempts) throw giveUp(options.uri, error)
      const pause = patience.pauseMs * 2 ** (failures - 1)
      await setTimeout(pause, undefined, signal === undefined ? {} : { signal })
    }
  }
}

function giveUp(uri: string, error: TransientError): WoolgatherError {
  return new WoolgatherError('download-failed', `${uri} could not be downloaded: ${error.message}.`, {
    hint: 'Check the connection and try again: what was downloaded is kept, and it goes on from there.',
    cause: error,
  })
}
