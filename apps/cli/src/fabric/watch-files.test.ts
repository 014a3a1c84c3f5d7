import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openFabric } from '@woolgather/fabric'
import { expect, test } from 'vitest'
import { readModelContents } from './model-contents.ts'
import { watchFiles } from './watch-files.ts'

const demo = path.resolve('models/demo')

test('files are offered one after another as they are read, and what comes later once it is looked for', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-files-'))
  try {
    const models = path.join(folder, 'models')
    await mkdir(models)
    const put = (name: string): Promise<void> => copyFile(path.join(demo, name), path.join(models, name))
    await put('storyteller.gguf')
    await put('pirate.lora.gguf')
    await using fabric = await openFabric(path.join(folder, 'fabric'))
    const { signal } = new AbortController()
    const contents = readModelContents({ folders: [models], data: folder, signal, say: () => {} })
    const told: [string[], string[]][] = []
    const watched = watchFiles(fabric, contents, () => {
      told.push([Object.keys(watched.offered.files), watched.offered.reading])
    })
    await watched.look()
    expect(told).toEqual([
      [[], ['pirate.lora.gguf', 'storyteller.gguf']],
      [['pirate.lora.gguf'], ['storyteller.gguf']],
      [['pirate.lora.gguf', 'storyteller.gguf'], []],
    ])
    await watched.look()
    expect(told).toHaveLength(3)
    await put('storyteller-space.gguf')
    await Promise.all([watched.look(), watched.look()])
    expect(told.at(-1)?.[0]).toContain('storyteller-space.gguf')
    await rm(path.join(models, 'pirate.lora.gguf'))
    await watched.look()
    expect(Object.keys(watched.offered.files)).toEqual(['storyteller-space.gguf', 'storyteller.gguf'])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('where there are more files than others hear of, the first are offered, and that is said once', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-files-'))
  try {
    const { signal } = new AbortController()
    const said: string[] = []
    const say = (text: string): void => void said.push(text)
    const contents = readModelContents({ folders: [demo], data: folder, signal, say, most: 1 })
    for (const _ of [1, 2]) expect((await contents.look()).unread).toHaveLength(1)
    expect(said).toEqual([expect.stringMatching(/^Of \d+ files .* only the first 1 /)])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
