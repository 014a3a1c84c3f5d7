import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findModelFile } from './model-files.ts'

let models: string
beforeEach(async () => {
  models = await mkdtemp(path.join(tmpdir(), 'woolgather-models-'))
})
afterEach(() => rm(models, { recursive: true }))

test('a model named with backslashes, as Windows writes paths, is the same file', async () => {
  await mkdir(path.join(models, 'demo'))
  await writeFile(path.join(models, 'demo/x.gguf'), '')
  expect(await findModelFile([models], 'demo\\x.gguf')).toBe(path.join(models, 'demo/x.gguf'))
})
