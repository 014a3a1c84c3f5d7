import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
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

test('what processes that are gone were fetching is removed, and nothing else', () =>
  withFolder(async (folder) => {
    const gone = spawnSync(process.execPath, ['--version']).pid
    const id = '0b6f4ee1-9d07-4f0e-8f7c-3f1d1c2b4a59'
    const left = [`${sha256}.lora.gguf.${id}.tmp`, `${sha256}.lora.gguf.${gone}.${id}.tmp`]
    const stays = [`${sha256}.lora.gguf`, `${sha256}.lora.gguf.${process.pid}.${id}.tmp`, 'notes.tmp']
    for (const name of [...left, ...stays]) await writeFile(path.join(folder, name), content)
    openTrainedLoras(folder)
    await expect.poll(async () => (await readdir(folder)).sort()).toEqual(stays.sort())
  }))
