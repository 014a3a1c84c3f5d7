import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openFabric } from '@woolgather/fabric'
import { expect, test } from 'vitest'
import { shareMade } from './share-made.ts'

type Shared = ReturnType<typeof shareMade>
const mostBytes = 1_000

interface Between {
  one: Shared
  two: Shared
  folder: string
  /** Waits until a lease that nobody beats has run out. */
  leaseOver: () => Promise<void>
}

async function betweenTwo(use: (between: Between) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-share-'))
  const over = new AbortController()
  try {
    const leaseMs = 1_500
    await using first = await openFabric(path.join(folder, 'fabric'), { leaseMs })
    await using second = await openFabric(path.join(folder, 'fabric'), { leaseMs })
    const [one, two] = [first, second].map((fabric) =>
      shareMade({ fabric, mostBytes, beatEvery: 100, signal: over.signal }),
    )
    const leaseOver = async (): Promise<void> => {
      await first.offer({ id: 'clock', queue: 'clock', interactive: false, run: 'clock', body: null })
      await first.take(['clock'])
      await expect.poll(() => first.take(['clock'])).toBeDefined()
    }
    await use({ one: one!, two: two!, folder, leaseOver })
    over.abort()
    for (const shared of [one!, two!]) await shared.close()
  } finally {
    over.abort()
    await rm(folder, { recursive: true, force: true })
  }
}

const name = 'abcd.gguf'
const claim = { ask: 'find' as const, name, about: 100 }

test('what one worker makes the others wait for and fetch: a merge is made once', () =>
  betweenTwo(async ({ one, two, folder, leaseOver }) => {
    expect(await one.answer(claim)).toEqual({ yes: false })
    let answered = false
    const other = two.answer(claim).finally(() => (answered = true))
    const file = path.join(folder, 'made')
    await writeFile(file, 'weights')
    // Without a beat the right to make it would go to the other.
    await leaseOver()
    expect(answered).toBe(false)
    await one.answer({ ask: 'keep', name, file, notes: ['as F16'] })
    expect(await other).toEqual({ yes: true, bytes: 7, notes: ['as F16'] })
    const fetched = path.join(folder, 'fetched')
    expect(await two.answer({ ask: 'fetch', name, file: fetched })).toEqual({ yes: true })
    expect(await readFile(fetched, 'utf8')).toBe('weights')
  }))

test('where the one that makes it gives up, or its process is gone, another makes it', () =>
  betweenTwo(async ({ one, two }) => {
    expect(await one.answer(claim)).toEqual({ yes: false })
    const other = two.answer(claim)
    await one.answer({ ask: 'give-up', name })
    expect(await other).toEqual({ yes: false })
    const again = one.answer(claim)
    await two.giveUpAll()
    expect(await again).toEqual({ yes: false })
  }))

test('who waited and does not any more leaves the right to make it to others', () =>
  betweenTwo(async ({ one, two }) => {
    await one.answer(claim)
    const waiting = two.answer(claim)
    await two.answer({ ask: 'give-up', name })
    expect(await waiting).toEqual({ yes: false })
    await one.answer({ ask: 'give-up', name })
    expect(await one.answer(claim)).toEqual({ yes: false })
  }))

test('what is larger than goes from machine to machine each makes for itself, without waiting', () =>
  betweenTwo(async ({ one, two, folder }) => {
    const large = { ...claim, about: mostBytes + 1 }
    expect(await Promise.all([one.answer(large), two.answer(large)])).toEqual([
      { yes: false },
      { yes: false },
    ])
    const file = path.join(folder, 'made')
    await writeFile(file, 'x'.repeat(mostBytes + 1))
    await one.answer({ ask: 'keep', name, file, notes: [] })
    expect(await Promise.all([one.answer(claim), two.answer(claim)])).toEqual([
      { yes: false },
      { yes: false },
    ])
  }))
