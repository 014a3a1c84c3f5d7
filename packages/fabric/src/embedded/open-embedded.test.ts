import { mkdtemp, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Json } from '@woolgather/workflow'
import Database from 'libsql'
import { expect, test } from 'vitest'
import { openEmbeddedFabric } from './open-embedded.ts'
import { keepsTheContract } from '../testing/contract.ts'

keepsTheContract(async (use) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-fabric-'))
  try {
    await use((options) => openEmbeddedFabric(folder, options))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('processes that write in turn do not keep each other from it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-fabric-'))
  {
    await using one = await openEmbeddedFabric(folder)
    await using other = await openEmbeddedFabric(folder)
    for (let round = 0; round < 20; round++) {
      for (const [name, fabric] of Object.entries({ one, other })) {
        expect(await fabric.has({ id: `${name}-${round}`, queue: 'q', interactive: false, run: 'r' })).toBe(
          false,
        )
        fabric.tell('round', round)
        await fabric.offer({ id: `${name}-${round}`, queue: 'q', interactive: false, run: 'r', body: round })
      }
    }
    expect(await one.queues()).toEqual([{ queue: 'q', interactive: 0, others: 40 }])
  }
  await rm(folder, { recursive: true, force: true })
})

/** As of so many milliseconds ago, and as if nothing had been removed since then. */
function age(folder: string, milliseconds: number): void {
  const database = new Database(path.join(folder, 'fabric.sqlite'))
  for (const table of ['log', 'results']) database.exec(`update ${table} set time = time - ${milliseconds}`)
  database.exec(`delete from state where name = 'pruned'`)
  database.close()
}

test('news of work goes after a day, results and artifacts after 30; what is younger or put again stays [R115]', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-fabric-'))
  const day = 24 * 3_600_000
  const heard: Json[] = []
  {
    await using fabric = await openEmbeddedFabric(folder)
    await fabric.append('done', 'old')
    await fabric.results.putIfAbsent('old', 1)
    const old = await fabric.artifacts.put(new TextEncoder().encode('old'))
    const kept = await fabric.artifacts.put(new TextEncoder().encode('kept'))
    const then = new Date(Date.now() - 32 * day)
    await utimes(path.join(folder, 'artifacts', old.slice(0, 2), old), then, then)
    await fabric.results.putIfAbsent('again', 3)
    const database = new Database(path.join(folder, 'fabric.sqlite'))
    database.exec(`
      with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 5000)
      insert into results (address, value, time) select 'many-' || n, '0', ${Date.now()} from numbers
    `)
    age(folder, 25 * day)
    await fabric.append('done', 'new')
    await fabric.results.putIfAbsent('new', 2)
    expect(await fabric.results.putIfAbsent('again', 4)).toBe(3)
    // Whichever of the two is first removes what is too old by now.
    age(folder, 6 * day)
    await using other = await openEmbeddedFabric(folder)
    await expect.poll(() => other.results.get('old')).toBeUndefined()
    await expect
      .poll(() => database.prepare(`select address from results order by address`).all())
      .toEqual([{ address: 'again' }, { address: 'new' }])
    database.close()
    await expect.poll(() => other.artifacts.get(old)).toBeUndefined()
    expect(await other.artifacts.get(kept)).toBeDefined()
    await other.append('done', 'newest')
    other.follow('done', 0, (message) => heard.push(message))
    await expect.poll(() => heard).toEqual(['newest'])
  }
  await rm(folder, { recursive: true, force: true })
})

test('a folder of an earlier version, which noted no times, opens with what was in it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-fabric-'))
  const earlier = new Database(path.join(folder, 'fabric.sqlite'))
  earlier.exec(`
    create table results (address text primary key, value text not null) without rowid;
    create table log (number integer primary key autoincrement, topic text not null, message text not null);
    insert into results values ('ab', '4');
    insert into log (topic, message) values ('done', '"whole"'), ('done', '{'), ('done', '"next"');
  `)
  earlier.close()
  {
    await using fabric = await openEmbeddedFabric(folder)
    expect(await fabric.results.get('ab')).toBe(4)
    const heard: Json[] = []
    fabric.follow('done', 0, (message) => heard.push(message))
    await expect.poll(() => heard).toEqual(['whole', 'next'])
  }
  await rm(folder, { recursive: true, force: true })
})

test('what fails in a timer, or in who waits for no answer, is said and ends nothing', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-fabric-'))
  {
    const said: string[] = []
    await using fabric = await openEmbeddedFabric(folder, { onTrouble: (text) => said.push(text) })
    await fabric.offer({ id: 'a', queue: 'q', interactive: false, run: 'r', body: null })
    const lease = await fabric.take(['q'])
    const heard: Json[] = []
    fabric.listen('round', (message) => heard.push(message))
    const other = new Database(path.join(folder, 'fabric.sqlite'))
    other.exec('alter table told rename to elsewhere; alter table work rename to away')
    await expect.poll(() => said.length).toBeGreaterThan(0)
    expect(said[0]).toContain(`The fabric in “${folder}” cannot be read or written now`)
    fabric.tell('round', 'lost')
    lease?.beat()
    other.exec('alter table elsewhere rename to told; alter table away rename to work')
    other.close()
    fabric.tell('round', 'heard')
    await expect.poll(() => heard).toEqual(['heard'])
  }
  await rm(folder, { recursive: true, force: true })
})
