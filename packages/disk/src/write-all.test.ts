import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { writeAll, writeAllSync, type ByteSink } from './write-all.ts'

/** Takes at most so many bytes at a time, as a disk does that is nearly full. */
function shortSink(most: number): ByteSink & { bytes: number[]; positions: (number | null)[] } {
  const bytes: number[] = []
  const positions: (number | null)[] = []
  return {
    bytes,
    positions,
    write(given, offset, length, position) {
      const taken = Math.min(length, most)
      bytes.push(...given.subarray(offset, offset + taken))
      positions.push(position)
      return Promise.resolve({ bytesWritten: taken })
    },
  }
}

const text = new TextEncoder().encode('a line that is longer than what is taken at once\n')

test('all bytes arrive, in order, however few are taken at a time', async () => {
  const sink = shortSink(7)
  await writeAll(sink, text)
  expect(sink.bytes).toEqual([...text])
})

test('each piece goes behind the one before, where a place in the file is given', async () => {
  const sink = shortSink(20)
  await writeAll(sink, text.subarray(0, 45), 1_000)
  expect(sink.positions).toEqual([1_000, 1_020, 1_040])
})

test('what takes nothing is an error and not tried for ever', async () => {
  await expect(writeAll(shortSink(0), text)).rejects.toThrow('nothing more can be written')
})

const isRoot = process.platform === 'linux' && process.getuid?.() === 0

test.skipIf(!isRoot)(
  'a disk that is full within the bytes is an error, and never bytes too few',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder])
    try {
      const pages = statfsSync(folder).bavail
      writeFileSync(path.join(folder, 'filler'), Buffer.alloc(4_096 * (pages - 1)))
      const bytes = Buffer.alloc(5_000, 'x')
      const handle = await open(path.join(folder, 'a'), 'a')
      await expect(writeAll(handle, bytes)).rejects.toMatchObject({ code: 'ENOSPC' })
      await handle.truncate(0)
      await handle.close()
      const file = openSync(path.join(folder, 'b'), 'w')
      expect(() => writeAllSync(file, bytes)).toThrow('ENOSPC')
      closeSync(file)
      rmSync(path.join(folder, 'filler'))
      const again = openSync(path.join(folder, 'c'), 'w')
      writeAllSync(again, bytes)
      closeSync(again)
      expect(readFileSync(path.join(folder, 'c')).equals(bytes)).toBe(true)
    } finally {
      execFileSync('umount', ['-l', folder])
    }
  },
)
