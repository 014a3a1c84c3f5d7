import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openModels } from './found/open-models.ts'
import { createModelLedger } from './model-ledger.ts'

let models: string
const findModelFile = (folders: string[], file: string): Promise<string> =>
  openModels({ folders, env: { WOOLGATHER_ELSEWHERE: 'off' } }).find(file)

beforeEach(async () => {
  models = await mkdtemp(path.join(tmpdir(), 'woolgather-models-'))
})
afterEach(() => rm(models, { recursive: true }))

test('a model named with backslashes, as Windows writes paths, is the same file', async () => {
  await mkdir(path.join(models, 'demo'))
  await writeFile(path.join(models, 'demo/x.gguf'), '')
  expect(await findModelFile([models], 'demo\\x.gguf')).toBe(path.join(models, 'demo/x.gguf'))
})

test('a folder in place of a model file is told as such', async () => {
  await mkdir(path.join(models, 'phi.gguf'))
  await expect(findModelFile([models], 'phi.gguf')).rejects.toMatchObject({
    code: 'model-not-found',
    message: '“phi.gguf” is a folder, not a model file.',
  })
})

/** What a workflow lacks that loads these files, in folders of which the second holds `demo/x.gguf`. */
async function missingOf(...files: string[]): Promise<string[]> {
  const folders = [path.join(models, 'first'), path.join(models, 'second')]
  await mkdir(path.join(models, 'second/demo'), { recursive: true })
  await writeFile(path.join(models, 'second/demo/x.gguf'), 'GGUF')
  await writeFile(path.join(models, 'outside.gguf'), 'GGUF')
  const found = await Promise.all(files.map((file) => findModelFile(folders, file).catch(() => undefined)))
  const nodes = Object.fromEntries(files.map((file, i) => [`n${i}`, { type: 'load', inputs: { file } }]))
  const ledger = createModelLedger({
    models: openModels({ folders, env: { WOOLGATHER_ELSEWHERE: 'off' } }),
    descriptions: new Map(),
    memory: path.join(models, 'hashes.json'),
  })
  const missing = await ledger.missing({ format: 'woolgather', version: 1, name: 'w', nodes })
  // Whatever is told, it is what loading finds.
  expect(missing.map(({ file }) => file)).toEqual(files.filter((_, i) => found[i] === undefined))
  return missing.map(({ file }) => file)
}

test('what a workflow lacks is what loading does not find: whole paths, dots, any folder', async () => {
  await mkdir(path.join(models, 'second'), { recursive: true })
  const whole = path.join(models, 'second/demo/x.gguf')
  expect(await missingOf(whole, 'demo/x.gguf', './demo/../demo/x.gguf')).toEqual([])
  const outside = [path.join(models, 'outside.gguf'), '../outside.gguf', 'demo/y.gguf']
  expect(await missingOf(...outside)).toEqual(outside)
})

test('a link in a models folder is its file wherever that lies; a name that leads out of the folder is none', async () => {
  const folders = ['first', 'elsewhere'].map((name) => path.join(models, name))
  const [first, elsewhere] = folders as [string, string]
  for (const folder of folders) await mkdir(folder)
  await writeFile(path.join(elsewhere, 'mine.gguf'), 'GGUF')
  await symlink(path.join(elsewhere, 'mine.gguf'), path.join(first, 'mine.gguf'))
  await symlink(elsewhere, path.join(first, 'others'))
  expect(await findModelFile([first], 'mine.gguf')).toBe(path.join(first, 'mine.gguf'))
  expect(await findModelFile([first], 'others/mine.gguf')).toBe(path.join(first, 'others/mine.gguf'))
  for (const name of [
    '../elsewhere/mine.gguf',
    'others/../../elsewhere/mine.gguf',
    path.join(elsewhere, 'mine.gguf'),
  ]) {
    await expect(findModelFile([first], name)).rejects.toMatchObject({ code: 'file-outside-folders' })
  }
})
