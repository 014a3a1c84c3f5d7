import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Json } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { claimMaking, fetchMade, findMade, keepMade } from '../files/made-files.ts'
import type { Fabric } from '../interface/fabric.ts'
import { keepsLeases } from './contract-leases.ts'
import { taken, work, type OpenAgain } from './work.ts'

/** What every fabric does, whatever it is made of. */
export function keepsTheContract(
  withFabric: (use: (open: OpenAgain) => Promise<void>) => Promise<void>,
): void {
  const kept = (title: string, use: (fabric: Fabric, open: OpenAgain) => Promise<void>): void =>
    test(title, () =>
      withFabric(async (open) => {
        await using fabric = await open()
        await use(fabric, open)
      }),
    )
  const takeAll = async (fabric: Fabric, queues = ['small']): Promise<string[]> => {
    const ids: string[] = []
    for (let lease = await fabric.take(queues); lease; lease = await fabric.take(queues)) {
      ids.push(lease.work.id)
      await lease.done()
    }
    return ids
  }

  keepsLeases(kept)

  kept('work is taken in the order in which it was offered, by whoever asks, once', async (fabric, open) => {
    await using other = await open()
    for (const id of ['a', 'b', 'c']) await fabric.offer(work(id))
    const first = await taken(other)
    expect(first.work).toEqual(work('a'))
    expect(first.attempt).toBe(1)
    expect((await taken(fabric)).work.id).toBe('b')
    expect((await taken(other)).work.id).toBe('c')
    expect(await fabric.take(['small'])).toBeUndefined()
    await first.done()
    expect(await fabric.has(work('a'))).toBe(false)
    expect(await fabric.has(work('b'))).toBe(true)
  })

  kept('work that is in line, or leased, is not put there twice; what is done may be', async (fabric) => {
    await fabric.offer(work('a'))
    await fabric.offer(work('a'))
    const lease = await taken(fabric)
    await fabric.offer(work('a'))
    expect(await fabric.take(['small'])).toBeUndefined()
    await lease.done()
    await fabric.offer(work('a'))
    expect(await takeAll(fabric)).toEqual(['a'])
  })

  kept('interactive work comes before sweeps, then counts which queue is asked for first', async (fabric) => {
    await fabric.offer(work('sweep'))
    await fabric.offer(work('other', { queue: 'large' }))
    await fabric.offer(work('person', { interactive: true }))
    await fabric.offer(work('unasked', { queue: 'huge' }))
    expect(await fabric.queues()).toEqual([
      { queue: 'huge', interactive: 0, others: 1 },
      { queue: 'large', interactive: 0, others: 1 },
      { queue: 'small', interactive: 1, others: 1 },
    ])
    expect(await takeAll(fabric, ['large', 'small'])).toEqual(['person', 'other', 'sweep'])
  })

  kept('a run that is dropped is not taken any more, nor is one work of another', async (fabric) => {
    for (const id of ['a', 'b']) await fabric.offer(work(id, { run: 'gone' }))
    for (const id of ['c', 'd']) await fabric.offer(work(id, { run: 'stays' }))
    await fabric.drop({ run: 'gone' })
    await fabric.drop({ run: 'stays', id: 'c' })
    expect(await takeAll(fabric)).toEqual(['d'])
  })

  kept('leased work that is dropped does not come back when its lease runs out', async (_, open) => {
    await using fabric = await open({ leaseMs: 200 })
    await fabric.offer(work('a', { queue: 'brief' }))
    await taken(fabric, ['brief'])
    await fabric.drop({ run: 'run' })
    await fabric.offer(work('b', { queue: 'brief' }))
    await (await taken(fabric, ['brief'])).done()
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(await fabric.take(['brief'])).toBeUndefined()
  })

  kept('nothing is taken while all is paused, by anyone', async (fabric, open) => {
    await using other = await open()
    await fabric.offer(work('a'))
    await fabric.pause(true)
    expect(await other.take(['small'])).toBeUndefined()
    await other.pause(false)
    expect(await takeAll(fabric)).toEqual(['a'])
  })

  kept('what failed is tried again, and says how often it was', async (fabric) => {
    await fabric.offer(work('a'))
    for (const attempt of [1, 2, 3]) {
      const lease = await taken(fabric)
      expect([lease.work.id, lease.attempt]).toEqual(['a', attempt])
      await lease.fail(attempt === 2 ? 100 : 0)
    }
  })

  kept('what is given back goes to the end of the line, and was not tried', async (fabric) => {
    for (const id of ['a', 'b']) await fabric.offer(work(id))
    await (await taken(fabric)).giveBack()
    expect((await taken(fabric)).work.id).toBe('b')
    const again = await taken(fabric)
    expect([again.work.id, again.attempt]).toEqual(['a', 1])
  })

  kept(
    'a lease without a beat runs out, one with beats does not: others get what a dead worker had',
    async (_, open) => {
      const leaseMs = 2_000
      await using dead = await open({ leaseMs })
      await using fabric = await open({ leaseMs })
      for (const id of ['lost', 'kept']) await fabric.offer(work(id, { queue: 'brief' }))
      expect((await taken(dead, ['brief'])).work.id).toBe('lost')
      const kept = await taken(fabric, ['brief'])
      const beating = setInterval(() => kept.beat(), leaseMs / 10)
      const again = await taken(fabric, ['brief'])
      expect([again.work.id, again.attempt]).toEqual(['lost', 2])
      await again.done()
      expect(await fabric.take(['brief'])).toBeUndefined()
      clearInterval(beating)
      await kept.done()
      expect(await fabric.queues()).toEqual([])
    },
  )

  kept('whoever waits for work is told when there is some', async (fabric, open) => {
    await using other = await open()
    let told = 0
    const stop = other.onWork(() => told++)
    await fabric.offer(work('a'))
    await expect.poll(() => told).toBeGreaterThan(0)
    stop()
  })

  kept('the first result of an address stays, whoever comes with another', async (fabric, open) => {
    await using other = await open()
    expect(await fabric.results.get('ab12')).toBeUndefined()
    expect(await fabric.results.putIfAbsent('ab12', { text: 'first' })).toEqual({ text: 'first' })
    expect(await other.results.putIfAbsent('ab12', { text: 'second' })).toEqual({ text: 'first' })
    expect(await other.results.get('ab12')).toEqual({ text: 'first' })
  })

  kept(
    'messages of any size arrive as they were: as work, as results and as what is followed',
    async (fabric) => {
      const large = { text: 'ä'.repeat(1_500_000) }
      await fabric.offer(work('a', { body: large }))
      expect((await taken(fabric)).work.body).toEqual(large)
      await fabric.results.putIfAbsent('cd34', large)
      expect(await fabric.results.get('cd34')).toEqual(large)
      await fabric.append('news', large)
      const told: Json[] = []
      const stop = fabric.follow('news', 0, (message) => told.push(message))
      await expect.poll(() => told.length).toBe(1)
      expect(told).toEqual([large])
      stop()
    },
  )

  kept('artifacts are found by the hash of their bytes', async (fabric, open) => {
    await using other = await open()
    const bytes = new Uint8Array(300_000).fill(7)
    const hash = await fabric.artifacts.put(bytes)
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(await fabric.artifacts.put(bytes)).toBe(hash)
    expect(Buffer.from((await other.artifacts.get(hash)) ?? []).equals(bytes)).toBe(true)
    expect(await other.artifacts.get('0'.repeat(64))).toBeUndefined()
  })

  kept('one has the right to make a file; what it keeps others fetch, whole', async (fabric, open) => {
    await using other = await open()
    await using scratch = await openScratch()
    const name = `${'ab'.repeat(32)}.gguf`
    const claim = await claimMaking(fabric, name)
    expect(claim).toBeDefined()
    expect(await claimMaking(other, name)).toBeUndefined()
    expect(await findMade(other, name)).toBeUndefined()
    const [file, fetched] = [scratch.path('made'), scratch.path('fetched')]
    const bytes = Buffer.alloc(9_000_000, 'wool')
    await writeFile(file, bytes)
    await keepMade(fabric, { name, file, notes: ['as F16'], mostBytes: bytes.length })
    await claim?.done()
    const made = await findMade(other, name)
    expect(made).toMatchObject({ bytes: bytes.length, notes: ['as F16'] })
    expect(await fetchMade(other, made!, fetched, new AbortController().signal)).toBe(true)
    expect((await readFile(fetched)).equals(bytes)).toBe(true)
    const lost = { ...made!, parts: [made!.parts[0]!, '0'.repeat(64)] }
    expect(await fetchMade(other, lost, fetched, new AbortController().signal)).toBe(false)
    const large = { name: 'large.gguf', file, notes: [], mostBytes: bytes.length - 1 }
    await keepMade(fabric, large)
    expect(await findMade(other, 'large.gguf')).toMatchObject({ bytes: bytes.length, parts: [] })
    expect(await claimMaking(other, name)).toBeDefined()
  })

  kept('progress and tokens reach whoever listens, in order', async (fabric, open) => {
    await using other = await open()
    const heard: Json[] = []
    const stop = other.listen('tokens', (message) => heard.push(message))
    // Whether it listens yet shows when it hears something.
    await expect
      .poll(() => {
        fabric.tell('tokens', 'there?')
        return heard.length
      })
      .toBeGreaterThan(0)
    for (const token of ['Once', ' upon', ' a time']) fabric.tell('tokens', token)
    fabric.tell('others', 'unheard')
    await expect.poll(() => heard.filter((word) => word !== 'there?').join('')).toBe('Once upon a time')
    stop()
  })

  kept('a signal is heard by every worker there is, each once', async (fabric, open) => {
    await using other = await open()
    const heard = new Map<Fabric, Json[]>([fabric, other].map((one) => [one, []]))
    const stops = [...heard].map(([one, signals]) => one.listen('signals', (signal) => signals.push(signal)))
    await expect
      .poll(() => {
        fabric.tell('signals', 'there?')
        return [...heard.values()].every((signals) => signals.length > 0)
      })
      .toBe(true)
    const signal = { signal: 'finish', work: 'w', addresses: ['ab'] }
    fabric.tell('signals', signal)
    const own = (): Json[][] => [...heard.values()].map((all) => all.filter((one) => one !== 'there?'))
    await expect.poll(own).toEqual([[signal], [signal]])
    for (const stop of stops) stop()
  })

  kept(
    'what was told for good can be followed from any number on, then as it comes',
    async (fabric, open) => {
      await using other = await open()
      const numbers: number[] = []
      for (const message of ['a', 'b', 'c']) numbers.push(await fabric.append('done', message))
      await fabric.append('elsewhere', 'x')
      const heard: [Json, number][] = []
      const stop = other.follow('done', numbers[0] as number, (...told) => heard.push(told))
      await expect
        .poll(() => heard)
        .toEqual([
          ['b', numbers[1]],
          ['c', numbers[2]],
        ])
      numbers.push(await fabric.append('done', 'd'))
      await expect.poll(() => heard.at(-1)).toEqual(['d', numbers[3]])
      stop()
    },
  )
}

async function openScratch(): Promise<AsyncDisposable & { path(name: string): string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-fabric-'))
  return {
    path: (name) => path.join(folder, name),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
