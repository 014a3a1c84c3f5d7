import { openHashMemory } from '@woolgather/files'
import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import {
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createContents, namesOf, type Content, type Contents } from './contents.ts'
import { hashWhole } from '../jobs/hash-whole.ts'

const large = 17_000_000

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-contents-'))
})
afterEach(() => rm(folder, { recursive: true }))

let fill = 0
/** Others each time. */
const bytesOf = (size: number): Buffer => Buffer.alloc(size, ++fill)
const at = (name: string): string => path.join(folder, name)
const sha256 = async (name: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(at(name)))
    .digest('hex')

interface Opened {
  contents: Contents
  hashed: string[]
}

function open(hash = (file: string): string => hashWhole({ kind: 'hash', file })): Opened {
  const hashed: string[] = []
  const contents = createContents({
    hashes: openHashMemory(at('hashes.json')),
    hash: (file) => {
      hashed.push(path.basename(file))
      return Promise.resolve().then(() => hash(file))
    },
  })
  return { contents, hashed }
}

const best = async (content: Content): Promise<string> => (await namesOf([content], 'best'))[0]!

test('a small file is named by its sha256 at once', async () => {
  await writeFile(at('a.gguf'), 'abc')
  const { contents, hashed } = open()
  expect((await contents.of(at('a.gguf'))).final()).toBe(await sha256('a.gguf'))
  expect(hashed).toEqual([])
})

test('a large file has a name of its own until it is hashed, once, and is known by its sha256 from then on', async () => {
  await writeFile(at('a.gguf'), bytesOf(large))
  const first = open()
  const content = await first.contents.of(at('a.gguf'))
  const early = await best(content)
  expect(early).not.toBe(await sha256('a.gguf'))
  await content.settled
  expect(await best(content)).toBe(await sha256('a.gguf'))
  expect(await content.early()).toBe(early)
  // Another process, later.
  const second = open()
  const again = await second.contents.of(at('a.gguf'))
  expect([again.final(), await again.early()]).toEqual([await sha256('a.gguf'), early])
  await copyFile(at('a.gguf'), at('copy.gguf'))
  const copy = await second.contents.of(at('copy.gguf'))
  await copy.settled
  expect(copy.final()).toBe(content.final())
  expect([first.hashed, second.hashed]).toEqual([['a.gguf'], ['copy.gguf']])
})

test('files that agree where samples are taken have different names, before and after they are hashed', async () => {
  const bytes = Buffer.alloc(40_000_000, 7)
  await writeFile(at('a.gguf'), bytes)
  // Between the second block and the third.
  bytes.fill(0, 5_000_000, 5_000_100)
  await writeFile(at('b.gguf'), bytes)
  const { contents } = open()
  const [a, b] = [await contents.of(at('a.gguf')), await contents.of(at('b.gguf'))]
  expect(await a.early()).not.toBe(await b.early())
  await Promise.all([a.settled, b.settled])
  expect(a.final()).not.toBe(b.final())
})

test('a file rewritten with the size and time it had is another', async () => {
  for (const size of [1000, large]) {
    await writeFile(at('a.gguf'), bytesOf(size))
    await utimes(at('a.gguf'), 1_000, 1_000)
    const { contents } = open()
    const before = await contents.of(at('a.gguf'))
    await before.settled
    await writeFile(at('a.gguf'), bytesOf(size))
    await utimes(at('a.gguf'), 1_000, 1_000)
    const after = await contents.of(at('a.gguf'))
    await after.settled
    expect(after.final()).toBe(await sha256('a.gguf'))
    expect(after.final()).not.toBe(before.final())
  }
})

test('what was written to while it was hashed has no final name', async () => {
  await writeFile(at('a.gguf'), bytesOf(large))
  const { contents } = open((file) => {
    const hash = hashWhole({ kind: 'hash', file })
    appendFileSync(file, 'more')
    return hash
  })
  const content = await contents.of(at('a.gguf'))
  await content.settled
  expect(content.final()).toBeUndefined()
  expect((await contents.of(at('a.gguf'))).identity).not.toBe(content.identity)
})

test('a file that cannot be hashed keeps its early name', async () => {
  await writeFile(at('a.gguf'), bytesOf(large))
  const { contents } = open(() => {
    throw new Error('the disk broke')
  })
  const content = await contents.of(at('a.gguf'))
  await content.settled
  expect(await best(content)).toBe(await content.early())
})

test('a blob that is named by its sha256 is not hashed, by whatever name it is asked for', async () => {
  const bytes = bytesOf(large)
  const hash = createHash('sha256').update(bytes).digest('hex')
  await mkdir(at('blobs'))
  for (const name of [hash, `sha256-${hash}`]) await writeFile(at(`blobs/${name}`), bytes)
  await symlink(at(`blobs/${hash}`), at('model.gguf'))
  await link(at(`blobs/${hash}`), at(`${hash.slice(1)}0.gguf`))
  const { contents, hashed } = open()
  for (const name of ['model.gguf', `blobs/sha256-${hash}`]) {
    expect((await contents.of(at(name))).final()).toBe(hash)
  }
  expect(hashed).toEqual([])
})

test('every part of a split model counts', async () => {
  const parts = [1, 2].map((part) => `m-0000${part}-of-00002.gguf`)
  for (const part of parts) await writeFile(at(part), part)
  const { contents } = open()
  const before = await contents.of(at(parts[0]!))
  await writeFile(at('part'), 'another')
  await rename(at('part'), at(parts[1]!))
  const after = await contents.of(at(parts[0]!))
  expect(after.identity).not.toBe(before.identity)
  expect(after.final()).not.toBe(before.final())
})

test('names of several files are all final or all early', async () => {
  await writeFile(at('small.gguf'), 'abc')
  await writeFile(at('large.gguf'), bytesOf(large))
  const { contents } = open()
  const all = [await contents.of(at('small.gguf')), await contents.of(at('large.gguf'))]
  expect(await namesOf(all, 'best')).toEqual(await namesOf(all, 'early'))
  await all[1]!.settled
  expect(await namesOf(all, 'best')).toEqual([await sha256('small.gguf'), await sha256('large.gguf')])
})
