import { link, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { takeName } from './take-name.ts'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'woolgather-names-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** As exFAT answers. */
const refused: typeof link = () =>
  Promise.reject(Object.assign(new Error('not permitted'), { code: 'EPERM' }))

test.each([
  ['with hard links', link],
  ['without them', refused],
])('on a disk %s a file gets a free name, and none that is taken', async (name, hardLink) => {
  const at = (file: string): string => path.join(folder, `${name} ${file}`)
  await writeFile(at('new'), 'whole')
  await writeFile(at('taken'), 'before')
  expect(await takeName(at('new'), at('taken'), hardLink)).toBe(false)
  expect(await takeName(at('new'), at('free'), hardLink)).toBe(true)
  expect([await readFile(at('taken'), 'utf8'), await readFile(at('free'), 'utf8')]).toEqual([
    'before',
    'whole',
  ])
})

test('a name that is held for a file that is gone is given back', async () => {
  await expect(takeName(path.join(folder, 'gone'), path.join(folder, 'held'), refused)).rejects.toThrow(
    'ENOENT',
  )
  expect(await readdir(folder)).not.toContain('held')
})
