import { expect } from 'vitest'
import type { Fabric } from '../interface/fabric.ts'
import { taken, work, type OpenAgain } from './work.ts'

/** Long enough that one who beats keeps it on a busy machine, short enough to wait for its end. */
const leaseMs = 2_000

type Kept = (title: string, use: (fabric: Fabric, open: OpenAgain) => Promise<void>) => void

/** What becomes of work when several want it, when its worker is slow or gone, or nobody wants it any more. */
export function keepsLeases(kept: Kept): void {
  kept('what many take at once from several processes each gets once', async (fabric, open) => {
    await using other = await open()
    const ids = Array.from({ length: 30 }, (_, index) => `w${index}`)
    // Two servers may offer the same.
    await Promise.all([...ids, ...ids].map((id, index) => (index % 2 ? fabric : other).offer(work(id))))
    const got: string[] = []
    const takeOn = async (from: Fabric): Promise<void> => {
      for (let lease = await from.take(['small']); lease; lease = await from.take(['small'])) {
        got.push(lease.work.id)
        await lease.done()
      }
    }
    await Promise.all([fabric, other, fabric, other].map(takeOn))
    await expect.poll(() => fabric.queues()).toEqual([])
    expect(got.sort()).toEqual(ids.sort())
  })

  kept('whose lease ran out has no say any more: who has the work now keeps it', async (_, open) => {
    await using slow = await open({ leaseMs })
    await using fabric = await open({ leaseMs })
    const loseIt = async (verdict: 'done' | 'fail' | 'giveBack' | 'beat'): Promise<void> => {
      const queue = `of-${verdict}`
      await fabric.offer(work(verdict, { queue }))
      const late = await taken(slow, [queue])
      const lease = await taken(fabric, [queue])
      const beating = setInterval(() => lease.beat(), leaseMs / 10)
      await late[verdict]()
      expect([verdict, lease.attempt, await fabric.has(lease.work)]).toEqual([verdict, 2, true])
      expect(await fabric.take([queue])).toBeUndefined()
      clearInterval(beating)
      await lease.done()
      expect(await fabric.has(lease.work)).toBe(false)
    }
    await Promise.all((['done', 'fail', 'giveBack', 'beat'] as const).map(loseIt))
  })

  kept('what nobody wants any more stays away, whatever its worker says of it afterwards', async (fabric) => {
    for (const verdict of ['fail', 'giveBack', 'done'] as const) {
      await fabric.offer(work(verdict, { run: verdict }))
      const lease = await taken(fabric)
      await fabric.drop({ run: verdict })
      await lease[verdict]()
      expect([verdict, await fabric.has(lease.work)]).toEqual([verdict, false])
    }
    await fabric.offer(work('next'))
    expect((await taken(fabric)).work.id).toBe('next')
  })

  kept('a run is dropped by its whole name, and one work of it leaves the others', async (fabric) => {
    for (const run of ['a', 'ab', 'a-b']) await fabric.offer(work(`of-${run}`, { run }))
    await fabric.drop({ run: 'a' })
    await fabric.drop({ run: 'a-b', id: 'of-ab' })
    expect((await taken(fabric)).work.id).toBe('of-ab')
    expect((await taken(fabric)).work.id).toBe('of-a-b')
  })

  kept('while all is paused what is leased can be done, and what fails waits', async (fabric) => {
    for (const id of ['a', 'b']) await fabric.offer(work(id))
    const [first, second] = [await taken(fabric), await taken(fabric)]
    await fabric.pause(true)
    await first.done()
    await second.fail()
    expect([await fabric.has(first.work), await fabric.has(second.work)]).toEqual([false, true])
    expect(await fabric.take(['small'])).toBeUndefined()
    await fabric.pause(false)
    const again = await taken(fabric)
    expect([again.work.id, again.attempt]).toEqual(['b', 2])
  })

  kept(
    'what a dead worker had comes before what was offered later, and after what somebody waits for',
    async (_, open) => {
      await using dead = await open({ leaseMs })
      await using fabric = await open({ leaseMs })
      await fabric.offer(work('lost'))
      await taken(dead)
      await fabric.offer(work('later'))
      await fabric.offer(work('asked', { interactive: true }))
      await (await taken(fabric)).done()
      const [asked] = await fabric.queues()
      expect(asked).toEqual({ queue: 'small', interactive: 0, others: 2 })
      let again = await taken(fabric)
      // Until the lease of the dead has run out, there is only the other.
      for (; again.work.id === 'later'; again = await taken(fabric)) await again.giveBack()
      expect([again.work.id, again.attempt]).toEqual(['lost', 2])
    },
  )

  kept('what failed until later is left alone until then, and keeps nobody else waiting', async (fabric) => {
    for (const id of ['a', 'b']) await fabric.offer(work(id))
    await (await taken(fabric)).fail(leaseMs)
    const next = await taken(fabric)
    expect(next.work.id).toBe('b')
    const again = await taken(fabric)
    expect([again.work.id, again.attempt]).toEqual(['a', 2])
  })

  kept('a result that is nothing, false or empty is one', async (fabric, open) => {
    await using other = await open()
    for (const [address, value] of [
      ['a0', null],
      ['a1', false],
      ['a2', ''],
      ['a3', []],
    ] as const) {
      await fabric.results.putIfAbsent(address, value as never)
      expect(await other.results.putIfAbsent(address, 'another')).toEqual(value)
      expect(await other.results.get(address)).toEqual(value)
    }
  })
}
