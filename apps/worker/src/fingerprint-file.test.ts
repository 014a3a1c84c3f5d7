import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fingerprintFile } from './fingerprint-file.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-fingerprint-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function fingerprintOf(bytes: Buffer): Promise<string> {
  const file = path.join(folder, 'model.gguf')
  await rm(file, { force: true })
  await writeFile(file, bytes)
  return fingerprintFile(file)
}

test('a file has the same fingerprint wherever it is and whenever it was written', async () => {
  const file = path.join(folder, 'a.gguf')
  await writeFile(file, Buffer.alloc(1000, 7))
  const first = await fingerprintFile(file)
  await utimes(file, 1, 1)
  expect(await fingerprintFile(file)).toBe(first)
  await rename(file, path.join(folder, 'b.gguf'))
  expect(await fingerprintFile(path.join(folder, 'b.gguf'))).toBe(first)
})

test('in a small file any byte counts, in a large one its size, beginning, end and blocks between', async () => {
  for (const size of [10_000, 40_000_000]) {
    const bytes = Buffer.alloc(size)
    const seen = new Set([await fingerprintOf(bytes), await fingerprintOf(bytes.subarray(1))])
    for (const at of [0, size - 1, Math.floor(size / 63)]) {
      bytes[at] = 1
      seen.add(await fingerprintOf(bytes))
      bytes[at] = 0
    }
    expect(seen.size).toBeGreaterThanOrEqual(4)
  }
})
