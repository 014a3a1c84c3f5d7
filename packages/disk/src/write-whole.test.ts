import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { writeAll } from './write-all.ts'
import { writeWhole, writeWholeSync } from './write-whole.ts'

function folderWith(name: string, text: string): { folder: string; file: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-disk-'))
  const file = path.join(folder, name)
  writeFileSync(file, text)
  return { folder, file }
}

test('a file is replaced as a whole, and keeps who may read it', async () => {
  const { folder, file } = folderWith('a.json', 'old')
  chmodSync(file, 0o600)
  await writeWhole(file, 'new')
  expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['new', ['a.json']])
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('where writing fails the old file stays, and nothing is left beside it', async () => {
  const { folder, file } = folderWith('a.json', 'old')
  const fails = writeWhole(file, async (handle) => {
    await writeAll(handle, Buffer.from('half of the n'))
    expect(readFileSync(file, 'utf8')).toBe('old')
    throw new Error('no more')
  })
  await expect(fails).rejects.toThrow('no more')
  expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['old', ['a.json']])
})

test('where the name cannot be given nothing is left either', async () => {
  const { folder, file } = folderWith('a', 'a file')
  await expect(writeWhole(path.join(folder, '.'), 'text')).rejects.toThrow()
  await expect(writeWhole(file, 'x', { place: () => Promise.reject(new Error('taken')) })).rejects.toThrow(
    'taken',
  )
  expect(() => writeWholeSync(folder, Buffer.from('x'))).toThrow()
  expect([
    readdirSync(folder),
    readdirSync(path.dirname(folder)).filter((name) => name.endsWith('.part')),
  ]).toEqual([['a'], []])
})

test('many at once into one file leave one of them whole', async () => {
  const { folder, file } = folderWith('a.json', 'old')
  const texts = Array.from({ length: 20 }, (_, i) => `${i} `.repeat(10_000))
  await Promise.all(texts.map((text) => writeWhole(file, text, { durable: false })))
  expect(texts).toContain(readFileSync(file, 'utf8'))
  expect(readdirSync(folder)).toEqual(['a.json'])
})

test('a name may be as long as the disk allows', async () => {
  const { folder } = folderWith('a', '')
  for (const name of ['n'.repeat(255), '𝄞'.repeat(63)]) {
    await writeWhole(path.join(folder, name), 'x')
    writeWholeSync(path.join(folder, name), Buffer.from('y'))
    expect(readFileSync(path.join(folder, name), 'utf8')).toBe('y')
  }
})
