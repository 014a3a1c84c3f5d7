import { WoolgatherError } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { shareWork } from './share-work.ts'

/** Work that ends when it is told to, or is cancelled; each begins with the next number. */
function works(): {
  begun: number
  end: (() => void)[]
  start: (signal: AbortSignal) => () => Promise<number>
} {
  const all = { begun: 0, end: [] as (() => void)[], start }
  function start(signal: AbortSignal): () => Promise<number> {
    return () =>
      new Promise((resolve, reject) => {
        const number = ++all.begun
        all.end.push(() => resolve(number))
        signal.addEventListener('abort', () => reject(new WoolgatherError('cancelled', 'Given up.')))
      })
  }
  return all
}

test('what several ask for is done once, and done again by those who wait where who began it gives up', async () => {
  const running = new Map<string, Promise<number>>()
  const work = works()
  const ask = (): { giveUp: () => void; answer: Promise<number> } => {
    const control = new AbortController()
    const answer = shareWork(running, 'model', control.signal, work.start(control.signal))
    return { giveUp: () => control.abort(), answer }
  }
  const [first, second, third, fourth] = [ask(), ask(), ask(), ask()]
  fourth!.giveUp()
  await expect(fourth!.answer).rejects.toThrow()
  expect(work.begun).toBe(1)
  first!.giveUp()
  await expect(first!.answer).rejects.toMatchObject({ code: 'cancelled' })
  await expect.poll(() => work.begun).toBe(2)
  work.end.at(-1)!()
  expect(await Promise.all([second!.answer, third!.answer])).toEqual([2, 2])
  expect(running.size).toBe(0)
})

test('what fails fails for all who wait, and is begun anew by who asks later', async () => {
  const running = new Map<string, Promise<number>>()
  const { signal } = new AbortController()
  const fails = (): Promise<number> =>
    Promise.reject(new WoolgatherError('download-failed', 'It is not there.'))
  const answers = await Promise.allSettled([
    shareWork(running, 'model', signal, fails),
    shareWork(running, 'model', signal, fails),
  ])
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await shareWork(running, 'model', signal, () => Promise.resolve(3))).toBe(3)
})
