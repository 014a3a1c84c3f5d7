import type { VectorUse } from '@woolgather/llama'
import type { ReadyModel } from '../../services/services.ts'
import type { MeasuringOptions } from './measure-strength.ts'
import { surpriseOf, type NeutralText, type Surprise } from './neutral-texts.ts'

/**
 * How much less likely neutral texts may become at strength ±1, in nats a token. `change` is what both signs do on the
 * average to the model's own texts: how far what it would write moves at all, since what makes them likelier one way
 * makes them unlikelier the other. The others hold for the worse sign: for all texts of a kind, and for the worst one.
 */
const most = {
  change: 0.08,
  own: { together: Math.log(1.2), text: Math.log(2) },
  sentences: { together: Math.log(1.08), text: Math.log(1.2) },
}
/** How much of the strength given is tried first: what most models take. */
const firstRaise = 1.6
/** Most of the strength given that is tried: what hardly differs is not turned up until it shows. */
const mostRaise = 4
const mostTries = 5
/** Of what may be lost, how much is near enough. */
const nearEnough = 0.9

/** The largest strength near `strength` at which neutral texts are about as likely, at plus and minus that, as without. */
export async function keepText(
  ready: ReadyModel,
  { vector, strength, texts }: VectorUse & { texts: readonly NeutralText[] },
  { signal, onProgress }: MeasuringOptions,
): Promise<number> {
  const plain = await surpriseOf(ready, texts, [], signal)
  const lossAt = async (factor: number): Promise<number> => {
    const rises: Rise[] = []
    for (const sign of [1, -1]) {
      const steered = await surpriseOf(ready, texts, [{ vector, strength: sign * factor }], signal)
      rises.push(riseOf(texts, plain, steered))
    }
    return lossOf(rises)
  }
  const hasOwn = texts.some(({ own }) => own)
  const highest = strength * (hasOwn ? mostRaise : 1)
  let [kept, lost, factor] = [0, Infinity, strength * (hasOwn ? firstRaise : 1)]
  for (let tries = 1; tries <= mostTries; tries++) {
    const loss = await lossAt(factor)
    onProgress(tries, mostTries, 'checks')
    if (loss <= 1) kept = factor
    else lost = factor
    if (loss <= 1 && (loss >= nearEnough || factor >= highest)) break
    factor = Math.min(highest, between(kept, lost, factor * guess(loss)))
  }
  return kept === 0 ? factor : kept
}

/** Losses grow between in proportion and with the square. */
function guess(loss: number): number {
  return Math.min(mostRaise, Math.max(0.25, (0.95 / Math.max(loss, 1e-6)) ** 0.5))
}

/** The guess, where it lies between what was seen to be kept and what to be lost. */
function between(kept: number, lost: number, guessed: number): number {
  if (guessed > kept && guessed < lost) return guessed
  return lost === Infinity ? guessed : (kept + lost) / 2
}

interface Rise {
  own: { together: number; text: number }
  sentences: { together: number; text: number }
}

/** 1 where as much is lost as may be. */
function lossOf(rises: readonly Rise[]): number {
  const change = rises.reduce((sum, { own }) => sum + own.together, 0) / rises.length
  const limits = rises.flatMap(({ own, sentences }) => [
    own.together / most.own.together,
    own.text / most.own.text,
    sentences.together / most.sentences.together,
    sentences.text / most.sentences.text,
  ])
  return Math.max(change / most.change, ...limits)
}

function riseOf(
  texts: readonly NeutralText[],
  plain: readonly Surprise[],
  steered: readonly Surprise[],
): Rise {
  const of = (isOwn: boolean): Rise['own'] => {
    const chosen = texts.flatMap(({ own }, index) => (own === isOwn ? [index] : []))
    const rise = (indices: readonly number[]): number => {
      const tokens = indices.reduce((sum, index) => sum + plain[index]!.tokens, 0)
      const nats = indices.reduce((sum, index) => sum + steered[index]!.sum - plain[index]!.sum, 0)
      return nats / Math.max(1, tokens)
    }
    return { together: rise(chosen), text: Math.max(0, ...chosen.map((index) => rise([index]))) }
  }
  return { own: of(true), sentences: of(false) }
}
