import { Refused, Wrong } from '../test-real/outcome.mjs'
import { BareFails } from './start-bare.mjs'

/** Longer than any cell of a tiny model takes on a busy machine, in milliseconds. */
const mostMs = 120_000

/** Errors that say that llama.cpp ended the process. */
const deaths = /^(native-crash|worker-lost)\b/

/**
 * @returns works, refused (as people are told why), wrong, dies, or unheld: llama.cpp alone cannot do it, so that there
 * is nothing to hold the answer against
 */
export async function judge(test) {
  const timer = new AbortController()
  try {
    await Promise.race([test(), tooLong(timer.signal)])
    return { outcome: 'works' }
  } catch (error) {
    const told = error.message ?? String(error)
    if (error instanceof Refused) return { outcome: 'refused', told }
    if (error instanceof BareFails) return { outcome: 'unheld', told }
    if (error instanceof Wrong) return { outcome: deaths.test(told) ? 'dies' : 'wrong', told }
    return { outcome: 'wrong', told: error.stack }
  } finally {
    timer.abort()
  }
}

function tooLong(signal) {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Wrong(`not done after ${mostMs / 1000} s`)), mostMs)
    signal.addEventListener('abort', () => clearTimeout(timer))
  })
}
