import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Sharing } from '../made/sharing.ts'
import { openTrainedLoras } from './trained-loras.ts'

const content = 'a LoRA'
const sha256 = createHash('sha256').update(content).digest('hex')

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-trained-'))
  try {
    await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Machines that have what was kept. */
function others(): Sharing & { fetched: string[] } {
  const kept = new Map<string, Buffer>()
  const fetched: string[] = []
  return {
    fetched,
    claim: () => Promise.resolve(undefined),
    find: (name) => Promise.resolve(kept.has(name) ? { bytes: content.length, notes: [] } : undefined),
    async fetch(name, target) {
      fetched.push(name)
      await writeFile(target, kept.get(name)!)
      return true
    },
    keep: async (name, file) => void kept.set(name, await readFile(file)),
    giveUp: () => {},
  }
}

test('a LoRA that another machine trained is fetched once, however many ask for it at the same time', () =>
  withFolder(async (folder) => {
    const sharing = others()
    const there = openTrainedLoras(path.join(folder, 'there'), sharing)
    await writeFile(path.join(folder, 'lora'), content)
    expect(await there.keep(path.join(folder, 'lora'))).toBe(sha256)
    const here = openTrainedLoras(path.join(folder, 'here'), sharing)
    const paths = await Promise.all(Array.from({ length: 8 }, () => here.pathOf(sha256)))
    paths.push(await here.pathOf(sha256))
    expect(new Set(paths).size).toBe(1)
    expect(await readFile(paths[0]!, 'utf8')).toBe(content)
    expect(sharing.fetched).toEqual([`${sha256}.lora.gguf`])
  }))

test('a LoRA that nobody has any more is said to be gone', () =>
  withFolder(async (folder) => {
    await expect(openTrainedLoras(folder, others()).pathOf(sha256)).rejects.toMatchObject({
      code: 'model-not-found',
      hint: expect.stringContaining('Run “Train LoRA” afresh') as string,
    })
  }))
