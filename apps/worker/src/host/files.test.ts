import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFiles } from './files.ts'

let base: string
let output: string

beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'woolgather-files-'))
  output = path.join(base, 'output')
})
afterEach(() => rm(base, { recursive: true }))

test('a file is written below the output folder, and folders are made', async () => {
  expect(await createFiles(output).writeOutput('a/b.txt', 'hello', { overwrite: false })).toBe('a/b.txt')
  expect(await readFile(path.join(output, 'a/b.txt'), 'utf8')).toBe('hello')
})

test('a taken name is never overwritten unless asked for, even by many writers at once', async () => {
  const files = createFiles(output)
  const names = await Promise.all(
    Array.from({ length: 5 }, (_, i) => files.writeOutput('story.txt', String(i), { overwrite: false })),
  )
  expect(names.toSorted()).toEqual(['story-2.txt', 'story-3.txt', 'story-4.txt', 'story-5.txt', 'story.txt'])
  await files.writeOutput('story.txt', 'new', { overwrite: true })
  expect(await readFile(path.join(output, 'story.txt'), 'utf8')).toBe('new')
  expect((await readdir(output)).length).toBe(5)
})

test.each(['../x.txt', '/etc/x.txt', 'a/../../x.txt', 'a\0b', '.', 'a/..', './', '', 'a\\..'])(
  '“%s” is refused: it is nothing below the folder',
  async (name) => {
    await expect(createFiles(output).writeOutput(name, 'x', { overwrite: true })).rejects.toMatchObject({
      code: 'file-outside-folders',
    })
  },
)

test('a symbolic link that leads out of the folder is refused', async () => {
  await mkdir(output, { recursive: true })
  await mkdir(path.join(base, 'elsewhere'))
  await symlink(path.join(base, 'elsewhere'), path.join(output, 'link'))
  await expect(createFiles(output).writeOutput('link/x.txt', 'x', { overwrite: true })).rejects.toMatchObject(
    {
      code: 'file-outside-folders',
    },
  )
  expect(await readdir(path.join(base, 'elsewhere'))).toEqual([])
})

test('a name that is a folder is a clear error, and nothing half-written stays', async () => {
  await mkdir(path.join(output, 'story.txt'), { recursive: true })
  await writeFile(path.join(output, 'story.txt/inside'), '')
  await expect(createFiles(output).writeOutput('story.txt', 'x', { overwrite: true })).rejects.toMatchObject({
    code: 'write-failed',
  })
  expect(await readdir(output)).toEqual(['story.txt'])
})

test('a name below a file is as clear an error', async () => {
  await createFiles(output).writeOutput('a.txt', 'x', { overwrite: false })
  const below = createFiles(output).writeOutput('a.txt/b.txt', 'y', { overwrite: false })
  await expect(below).rejects.toMatchObject({ code: 'write-failed' })
})

test.skipIf(process.platform === 'win32')(
  'a pipe is no file: nobody waits for what comes out of it',
  async () => {
    await mkdir(output, { recursive: true })
    execFileSync('mkfifo', [path.join(output, 'pipe.txt')])
    await expect(createFiles(output).readInput('pipe.txt')).rejects.toMatchObject({ code: 'file-unreadable' })
  },
)

test('a name with backslashes, as Windows writes paths, is the same file, and leads out of no folder', async () => {
  const files = createFiles(output)
  expect(await files.writeOutput('sub\\a.txt', 'a', { overwrite: false })).toBe('sub/a.txt')
  expect(await files.readInput('sub\\a.txt')).toBe('a')
  await expect(files.readInput('..\\secret.txt')).rejects.toMatchObject({ code: 'file-outside-folders' })
})

test('a text is read by its mark, and refused where it is no UTF-8, never with characters replaced', async () => {
  const files = createFiles(output)
  await mkdir(output, { recursive: true })
  const write = (name: string, bytes: Buffer): Promise<void> => writeFile(path.join(output, name), bytes)
  await write('marked.txt', Buffer.from('\uFEFFMüller'))
  await write('utf16.txt', Buffer.from('\uFEFFMüller', 'utf16le'))
  await write('latin.txt', Buffer.from('who\nMüller', 'latin1'))
  expect([await files.readInput('marked.txt'), await files.readInput('utf16.txt')]).toEqual([
    'Müller',
    'Müller',
  ])
  await expect(files.readInput('latin.txt')).rejects.toMatchObject({
    code: 'file-unreadable',
    message: '“latin.txt”: Line 2 is not UTF-8: byte FC at offset 5.',
  })
  expect(Buffer.from(await files.readInputBytes('latin.txt')).toString('latin1')).toBe('who\nMüller')
})

const isRoot = process.platform === 'linux' && process.getuid?.() === 0

test.skipIf(!isRoot)(
  'an output for which the disk has no room is refused as that, with its folder',
  async () => {
    await mkdir(output)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', output])
    try {
      const written = createFiles(output).writeOutput('a.txt', 'x'.repeat(200_000), { overwrite: true })
      await expect(written).rejects.toMatchObject({
        code: 'disk-full',
        message: `The disk of “${output}” is full.`,
      })
    } finally {
      execFileSync('umount', ['-l', output])
    }
  },
)
