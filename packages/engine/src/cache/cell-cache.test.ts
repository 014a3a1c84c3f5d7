import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sha256 } from '../content.ts'
import { graph, run } from '../testing/graph.ts'
import type { CellCache } from './cell-cache.ts'
import { openDiskCache } from './disk-cache.ts'
import { createMemoryCache } from './memory-cache.ts'

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

test('two processes that write at the same time see each other after a refresh', async () => {
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

test('1,000 corruptions of the cache folder never give a wrong result', async () => {
  await using folder = await temporaryFolder()
  const { outputs } = await run(workflow, { cache: openDiskCache(folder.path) })
  const names = await readdir(folder.path)
  const whole = await Promise.all(names.map((name) => readFile(join(folder.path, name))))
  let state = 42
  const random = (below: number): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % below
  let hits = 0
  for (let i = 0; i < 1000; i++) {
    for (const name of await readdir(folder.path)) await rm(join(folder.path, name))
    for (const [n, name] of names.entries())
      await writeFile(join(folder.path, name), corrupt(whole[n] as Buffer, random))
    const cache = openDiskCache(folder.path, { memoryBytes: 0 })
    const again = await run(workflow, { cache })
    expect(again.outputs).toEqual(outputs)
    hits += again.events.filter((event) => event.type === 'cell.cached').length
    await cache.close()
  }
  // damage is local: most of the cache goes on working
  expect(hits).toBeGreaterThan(1000)
}, 120_000)

function corrupt(bytes: Buffer, random: (below: number) => number): Buffer {
  const copy = Buffer.from(bytes)
  switch (random(4)) {
    case 0:
      return copy.subarray(0, random(copy.length))
    case 1:
      copy.fill(random(256), random(copy.length))
      return copy
    case 2:
      return Buffer.concat([copy.subarray(0, random(copy.length)), Buffer.from('junk'), copy])
    default:
      for (let n = 0; n <= random(8); n++) copy[random(copy.length)] = random(256)
      return copy
  }
}
