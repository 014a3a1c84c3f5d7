import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from '../values/content.ts'
import { graph, run } from '../testing/graph.ts'
import type { CellCache } from './cell-cache.ts'
import { openDiskCache } from './disk-cache.ts'
import { createMemoryCache } from './memory-cache.ts'
import { encodeRecord } from './segment-file.ts'

interface Folder extends AsyncDisposable {
  path: string
}

async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'woolgather-cache-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

const key = (name: string | number): string => sha256(String(name))

const kinds: Record<string, (folder: string) => CellCache> = {
  memory: () => createMemoryCache({ maxBytes: 200_000 }),
  disk: (folder) => openDiskCache(folder, { maxBytes: 200_000, memoryBytes: 0 }),
}

for (const [kind, open] of Object.entries(kinds)) {
  test(`a ${kind} cache gives back what was set, and nothing else`, async () => {
    await using folder = await temporaryFolder()
    const cache = open(folder.path)
    cache.set(key('a'), { text: 'ä"\n', list: [1, { b: null }] })
    await cache.flush()
    expect(cache.get(key('a'))).toEqual({ text: 'ä"\n', list: [1, { b: null }] })
    expect(cache.get(key('b'))).toBeUndefined()
    await cache.close()
  })

  test(`a ${kind} cache remembers what a cell was last run with`, async () => {
    await using folder = await temporaryFolder()
    const cache = open(folder.path)
    const inputs = { version: 1, literals: { a: 1 }, links: { b: '"x' }, fingerprint: '' }
    cache.rememberInputs('w\0node\0', inputs)
    await cache.flush()
    expect(cache.lastInputs('w\0node\0')).toEqual(inputs)
    expect(cache.lastInputs('w\0other\0')).toBeUndefined()
    await cache.close()
  })

  test(`a ${kind} cache stays within its bytes and lets go of what was used longest ago`, async () => {
    await using folder = await temporaryFolder()
    const cache = open(folder.path)
    for (let i = 0; i < 100; i++) {
      cache.set(key(i), { text: `${i} `.repeat(2000) })
      await cache.flush()
      expect(cache.get(key(0))).toBeDefined()
    }
    expect(cache.get(key(99))).toBeDefined()
    expect(cache.get(key(1))).toBeUndefined()
    const sizes = await Promise.all(
      (await readdir(folder.path)).map(async (name) => (await stat(join(folder.path, name))).size),
    )
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(260_000)
    await cache.close()
  })
}

test('what one process kept is there in the next', async () => {
  await using folder = await temporaryFolder()
  const first = openDiskCache(folder.path)
  first.set(key('a'), { n: 1 })
  await first.close()
  const second = openDiskCache(folder.path)
  expect(second.get(key('a'))).toEqual({ n: 1 })
  await second.close()
})

test('two handles on one folder see each other after a refresh', async () => {
  await using folder = await temporaryFolder()
  const caches = [
    openDiskCache(folder.path, { memoryBytes: 0 }),
    openDiskCache(folder.path, { memoryBytes: 0 }),
  ] as const
  for (let i = 0; i < 50; i++) {
    caches[i % 2]?.set(key(i), { n: i })
    await caches[i % 2]?.flush()
  }
  for (const cache of caches) {
    cache.refresh()
    for (let i = 0; i < 50; i++) expect(cache.get(key(i))).toEqual({ n: i })
    await cache.close()
  }
})

test('two processes that write at the same time lose nothing, and each reads what the other wrote', async () => {
  await using folder = await temporaryFolder()
  const module = new URL('../../dist/index.js', import.meta.url).href
  const script = (own: number): string => `
    import { createHash } from 'node:crypto'
    import { setImmediate, setTimeout } from 'node:timers/promises'
    import { openDiskCache } from ${JSON.stringify(module)}
    const key = (name) => createHash('sha256').update(name).digest('hex')
    const cache = openDiskCache(${JSON.stringify(folder.path)}, { memoryBytes: 0 })
    let others = 0
    process.send('ready')
    await new Promise((resolve) => process.once('message', resolve))
    for (let i = 0; i < 300; i++) {
      cache.set(key('${own}-' + i), { from: ${own}, i, text: 'x'.repeat(i) })
      cache.set(key('both-' + i), { i })
      await cache.flush()
      cache.refresh()
      const other = cache.get(key('${1 - own}-' + i))
      if (other !== undefined && (other.from !== ${1 - own} || other.i !== i)) throw new Error('wrong')
      if (other !== undefined) others++
      // Neither is done before the other has begun, however long a processor is kept from it.
      if (i === 100) while (cache.get(key('${1 - own}-0')) === undefined) await setTimeout(5).then(() => cache.refresh())
      await setImmediate()
    }
    await cache.close()
    process.send(others)
    process.disconnect()`
  const children = [0, 1].map((own) =>
    spawn(process.execPath, ['--input-type=module', '-e', script(own)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }),
  )
  await Promise.all(children.map((child) => once(child, 'message')))
  const ended = children.map((child) => Promise.all([once(child, 'message'), once(child, 'exit')]))
  for (const child of children) child.send('go')
  const reports = await Promise.all(ended)
  expect(reports.map(([, exit]) => exit)).toEqual([
    [0, null],
    [0, null],
  ])
  // they did write at once: at least one found what the other had just written
  expect(reports.reduce((sum, [[seen]]) => sum + Number(seen), 0)).toBeGreaterThan(0)
  const cache = openDiskCache(folder.path)
  for (let i = 0; i < 300; i++) {
    for (const own of [0, 1])
      expect(cache.get(sha256(`${own}-${i}`))).toEqual({ from: own, i, text: 'x'.repeat(i) })
    expect(cache.get(sha256(`both-${i}`))).toEqual({ i })
  }
  await cache.close()
})

test('the many small files that many processes leave are put together, and nothing is lost', async () => {
  await using folder = await temporaryFolder()
  for (let i = 0; i < 80; i++) {
    const cache = openDiskCache(folder.path)
    cache.set(key(i), { n: i })
    await cache.close()
  }
  const names = await readdir(folder.path)
  await Promise.all(names.map((name) => utimes(join(folder.path, name), 1, 1)))
  const cache = openDiskCache(folder.path)
  for (let i = 0; i < 80; i++) expect(cache.get(key(i))).toEqual({ n: i })
  await cache.close()
  expect(await readdir(folder.path)).toHaveLength(1)
})

test('a process killed in the middle of writing leaves a cache that the next can use', async () => {
  await using folder = await temporaryFolder()
  const module = new URL('../../dist/index.js', import.meta.url).href
  const script = `
    import { openDiskCache } from ${JSON.stringify(module)}
    const cache = openDiskCache(${JSON.stringify(folder.path)})
    for (let i = 0; ; i++) {
      cache.set(String(i).padStart(64, '0'), { n: i })
      await cache.flush()
      if (i === 200) process.kill(process.pid, 'SIGKILL')
    }`
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script])
  expect(child.signal).toBe('SIGKILL')
  const cache = openDiskCache(folder.path)
  expect(cache.get('150'.padStart(64, '0'))).toEqual({ n: 150 })
  await cache.close()
})

const workflow = graph({
  x: { type: 'test/axis', inputs: { values: [1, 2, 3, 4, 5] } },
  y: { type: 'test/axis', inputs: { values: [10, 20] } },
  sum: { type: 'test/add', links: { a: ['x', 'value'], b: ['y', 'value'] } },
  all: { type: 'test/gather', links: { values: ['sum', 'sum'] } },
})

/** What may happen to a file; places are parts of its length, so that each fits every file. */
type Damage =
  | { kind: 'cut'; at: number }
  | { kind: 'overwritten'; at: number; byte: number }
  | { kind: 'doubled'; at: number }
  | { kind: 'bytes changed'; places: readonly { at: number; byte: number }[] }
  | { kind: 'gone' }

// doubles would nearly all be close to 0
const place = fc.noBias(fc.nat(999_999)).map((millionths) => millionths / 1_000_000)
const byte = fc.integer({ min: 0, max: 255 })
const damage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cut'), at: place }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('overwritten'), at: place, byte }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('doubled'), at: place }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('bytes changed'),
      places: fc.array(fc.record({ at: place, byte }), { minLength: 1, maxLength: 8 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('gone') }) },
)

function damaged(bytes: Buffer, damage: Damage): Buffer | undefined {
  const offset = (at: number): number => Math.floor(at * bytes.length)
  const copy = Buffer.from(bytes)
  switch (damage.kind) {
    case 'cut':
      return copy.subarray(0, offset(damage.at))
    case 'overwritten':
      return copy.fill(damage.byte, offset(damage.at))
    case 'doubled':
      return Buffer.concat([copy.subarray(0, offset(damage.at)), Buffer.from('junk'), copy])
    case 'bytes changed':
      for (const { at, byte } of damage.places) copy[offset(at)] = byte
      return copy
    case 'gone':
      return undefined
  }
}

test('1,000 corruptions of the cache folder never give a wrong result [R42]', async () => {
  await using folder = await temporaryFolder()
  // each handle writes a file of its own: half of the sweep is in one, the rest in another
  const half = structuredClone(workflow)
  half.nodes['x'] = { type: 'test/axis', inputs: { values: [1, 2] } }
  for (const each of [half, workflow]) {
    const cache = openDiskCache(folder.path)
    await run(each, { cache })
    await cache.close()
  }
  const { outputs } = await run(workflow)
  const names = await readdir(folder.path)
  expect(names.length).toBeGreaterThan(1)
  const whole = await Promise.all(names.map((name) => readFile(join(folder.path, name))))
  const happened: Record<string, number> = {}
  let hits = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(damage, { minLength: names.length, maxLength: names.length }),
      async (damages) => {
        for (const name of await readdir(folder.path)) await rm(join(folder.path, name))
        for (const [n, name] of names.entries()) {
          const what = damages[n] as Damage
          happened[what.kind] = (happened[what.kind] ?? 0) + 1
          const bytes = damaged(whole[n] as Buffer, what)
          if (bytes !== undefined) await writeFile(join(folder.path, name), bytes)
        }
        const cache = openDiskCache(folder.path, { memoryBytes: 0 })
        const again = await run(workflow, { cache })
        await cache.close()
        expect(again.outputs).toEqual(outputs)
        hits += again.events.filter((event) => event.type === 'cell.cached').length
      },
    ),
    { numRuns: 1000 },
  )
  for (const kind of ['cut', 'overwritten', 'doubled', 'bytes changed', 'gone'])
    expect(happened[kind], kind).toBeGreaterThan(40)
  // damage is local: most of the cache goes on working
  expect(hits).toBeGreaterThan(2000)
})

/** What may stand in place of a cache, or in it. */
const strays: Record<string, (path: string) => Promise<unknown>> = {
  'a file in place of the folder': (path) => rm(path, { recursive: true }).then(() => writeFile(path, 'x')),
  'a folder in place of a file': (path) => mkdir(join(path, '1.cache')),
  'a pipe': (path) => Promise.resolve(spawnSync('sh', ['-c', 'mkfifo "$0"', join(path, '1.cache')])),
  'a file of something else': (path) => writeFile(join(path, '1.cache'), 'no magic'.repeat(100)),
  'an empty file': (path) => writeFile(join(path, '1.cache'), ''),
}

for (const [what, put] of Object.entries(strays)) {
  test(`with ${what}, a run gives what it gives without a cache`, async () => {
    await using folder = await temporaryFolder()
    await put(folder.path)
    const problems: Error[] = []
    const cache = openDiskCache(folder.path, { memoryBytes: 0, onProblem: (error) => problems.push(error) })
    const { outputs, status } = await run(workflow, { cache })
    await cache.close()
    expect(status).toBe('completed')
    expect(outputs).toEqual((await run(workflow)).outputs)
    expect(problems.length > 0).toBe(what !== 'an empty file')
    await rm(folder.path, { recursive: true, force: true })
  })
}

test.each([{}, { sum: 'text' }, { sum: [1] }, { other: 1 }])(
  'a kept result of the wrong shape (%j) is a miss, and the right one takes its place',
  async (wrong) => {
    await using folder = await temporaryFolder()
    const one = graph({ sum: { type: 'test/add', inputs: { a: 1, b: 2 } } })
    const keys: string[] = []
    const first = openDiskCache(folder.path)
    const { outputs } = await run(one, {
      cache: { ...first, set: (key, value) => (keys.push(key), first.set(key, value)) },
    })
    await first.close()
    const bytes = Buffer.concat(keys.map((key) => encodeRecord(key, Buffer.from(JSON.stringify(wrong)))))
    for (const name of await readdir(folder.path)) await rm(join(folder.path, name))
    await writeFile(join(folder.path, '0.cache'), bytes)
    for (const kind of ['cell.finished', 'cell.cached']) {
      const cache = openDiskCache(folder.path)
      const again = await run(one, { cache })
      await cache.close()
      expect(again.outputs).toEqual(outputs)
      expect(again.events.filter((event) => event.type === kind)).toHaveLength(1)
    }
  },
)

test('inputs remembered in the wrong shape explain nothing and break nothing', async () => {
  await using folder = await temporaryFolder()
  const inputs = { version: 1, literals: {}, links: { a: null }, fingerprint: '' }
  const record = encodeRecord(sha256('inputs\0cell'), Buffer.from(JSON.stringify(inputs)))
  await writeFile(join(folder.path, '0.cache'), record)
  const cache = openDiskCache(folder.path)
  expect(cache.lastInputs('cell')).toBeUndefined()
  await cache.close()
})
