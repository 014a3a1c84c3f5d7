import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { identifyFile } from '@woolgather/gguf'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openMadeFiles, type MadeFiles } from './made-files.ts'

let folder = ''
const at = (name: string): string => path.join(folder, name)
const options = { signal: new AbortController().signal, onProgress: () => {} }

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-made-'))
})
afterEach(() => rm(folder, { recursive: true }))

const names = async (): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('.gguf')).toSorted()

/** Makes a file of 100 bytes, which was last used so many seconds ago. */
async function make(files: MadeFiles, name: string, age: number): Promise<{ release(): void }> {
  const held = await files.hold(name, options, async (target) => {
    await files.makeRoom(100)
    await writeFile(target, Buffer.alloc(100))
    return []
  })
  const then = new Date(Date.now() - age * 1000)
  await utimes(held.path, then, then)
  return held
}

test('what was not used for longest goes when the budget is spent, and what is in use stays', async () => {
  await using files = openMadeFiles(folder, 250)
  const oldest = await make(files, 'oldest.gguf', 30)
  ;(await make(files, 'older.gguf', 20)).release()
  ;(await make(files, 'new.gguf', 10)).release()
  expect(await names()).toEqual(['new.gguf', 'oldest.gguf'])
  oldest.release()
  ;(await make(files, 'newest.gguf', 0)).release()
  expect(await names()).toEqual(['new.gguf', 'newest.gguf'])
})

test('a file that is larger than the budget is made all the same, and is the only one kept', async () => {
  await using files = openMadeFiles(folder, 50)
  ;(await make(files, 'one.gguf', 10)).release()
  ;(await make(files, 'two.gguf', 0)).release()
  expect(await names()).toEqual(['two.gguf'])
})

test('what does not fit on the disk is refused before it is begun', async () => {
  await using files = openMadeFiles(folder, Infinity)
  await expect(files.makeRoom(1e15)).rejects.toMatchObject({
    code: 'disk-full',
    message: expect.stringMatching(/^This takes 1000000000 MB, and .* has [\d.]+ MB free\.$/) as string,
  })
})

test('what a process that was killed left behind is removed, here and beside the files it was saving', async () => {
  const gone = await endedProcess()
  await mkdir(at(`making-${gone}`))
  await writeFile(at(`making-${gone}/half.gguf.1234.tmp`), 'half')
  await writeFile(at(`making-${gone}/note.pending`), at('saved.gguf'))
  await writeFile(at('saved.gguf.5678.tmp'), 'half')
  await mkdir(at('making-1'))
  await writeFile(at('making-1/other.gguf.tmp'), 'being written')
  await using files = openMadeFiles(folder, Infinity)
  ;(await make(files, 'whole.gguf', 0)).release()
  // process 1 is always there
  expect((await readdir(folder)).toSorted()).toEqual(
    ['making-1', `making-${process.pid}`, 'whole.gguf'].toSorted(),
  )
  expect(await readdir(at('making-1'))).toEqual(['other.gguf.tmp'])
})

test('a file stays the same to whoever loads it, however many ask for it meanwhile', async () => {
  await using files = openMadeFiles(folder, Infinity)
  ;(await make(files, 'lora.gguf', 3_000)).release()
  await using later = openMadeFiles(folder, Infinity)
  const seen = new Set<string>()
  const isThere = (): Promise<never> => Promise.reject(new Error('It is there'))
  for (let asked = 0; asked < 3; asked++) {
    // A LoRA is let go of at once, and loaded then.
    ;(await later.hold('lora.gguf', options, isThere)).release()
    seen.add(await identifyFile(at('lora.gguf')))
  }
  expect(seen.size).toBe(1)
})

test('a making that fails is told to all who wait, and the next one begins anew', async () => {
  await using files = openMadeFiles(folder, Infinity)
  const fail = (): Promise<never> => Promise.reject(new Error('no'))
  const both = await Promise.allSettled([1, 2].map(() => files.hold('a.gguf', options, fail)))
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  ;(await make(files, 'a.gguf', 0)).release()
  expect(await names()).toEqual(['a.gguf'])
})

/** Number of a process that is no more. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => child.once('exit', resolve))
  return child.pid!
}
