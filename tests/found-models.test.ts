import { createHash } from 'node:crypto'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { woolgather } from './cli.ts'
import { createScratch, root } from './scratch.ts'

afterEach(() => vi.unstubAllEnvs())

const demo = (name: string): Promise<Buffer> => readFile(path.join(root, 'models/demo', name))
const sha256Of = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

test('a model of Ollama and one of the Hugging Face cache, found without being told, stand in one grid', async () => {
  await using scratch = await createScratch()
  const animals = await demo('storyteller-animals.gguf')
  const space = await demo('storyteller-space.gguf')

  const manifests = scratch.path('ollama/manifests/registry.ollama.ai/me/animals')
  await mkdir(manifests, { recursive: true })
  await mkdir(scratch.path('ollama/blobs'))
  const digest = `sha256:${sha256Of(animals)}`
  const mediaType = 'application/vnd.ollama.image.model'
  const manifest = { schemaVersion: 2, layers: [{ mediaType, digest, size: animals.length }] }
  await writeFile(path.join(manifests, 'latest'), JSON.stringify(manifest))
  await writeFile(scratch.path(`ollama/blobs/${digest.replace(':', '-')}`), animals)

  const repo = scratch.path('hub/models--them--space')
  for (const folder of ['blobs', 'refs', 'snapshots/abc'])
    await mkdir(path.join(repo, folder), { recursive: true })
  await writeFile(path.join(repo, 'blobs', sha256Of(space)), space)
  await writeFile(path.join(repo, 'refs/main'), 'abc')
  await symlink(path.join('../../blobs', sha256Of(space)), path.join(repo, 'snapshots/abc/space.gguf'))

  vi.stubEnv('OLLAMA_MODELS', scratch.path('ollama'))
  vi.stubEnv('HF_HUB_CACHE', scratch.path('hub'))
  vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:9')
  const folders = ['--models', scratch.path('models'), '--data', scratch.path('data')]
  await mkdir(scratch.path('models'))
  const listed = await woolgather(['models', '--json', ...folders])
  const found = (
    JSON.parse(listed.stdout) as { ref: string; source: string; fits: boolean; context: number }[]
  ).filter(({ source }) => source !== 'folder')
  expect(found).toMatchObject([
    { ref: 'hf:them/space/space.gguf', source: 'huggingface', fits: true, context: 512 },
    { ref: 'ollama:me/animals:latest', source: 'ollama', fits: true, context: 512 },
  ])

  const file = await scratch.writeWorkflow({
    names: { type: 'matrix/axis', inputs: { values: 'ollama:me/animals, hf:them/space/space.gguf' } },
    model: { type: 'loading/model', links: { file: ['names', 'value'] } },
    story: {
      type: 'generation/generate',
      inputs: { prompt: 'Tell me a happy story.', seed: 1, temperature: 0, maxTokens: 40 },
      links: { model: ['model', 'model'] },
    },
    grid: { type: 'matrix/grid', links: { values: ['story', 'text'] } },
  })
  const ran = await woolgather(['run', file, '--cpu', ...folders, '--output', scratch.path('output')])
  expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('completed')])
  expect(ran.stdout).toContain('| ollama:me/animals | hf:them/space/space.gguf |')
  const [, , texts = ''] = ran.stdout.split('\n')
  const [, first, second] = texts.split('|')
  expect(first).not.toBe(second)
})
