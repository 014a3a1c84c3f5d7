import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startModelServer, type ModelServer } from '../testing/model-server.ts'
import { quantizationOf } from './quantization-of.ts'
import { readRepository, searchHub } from './search-hub.ts'

let hub: ModelServer
beforeEach(async () => {
  hub = await startModelServer()
  vi.stubEnv('HF_ENDPOINT', hub.url)
  vi.stubEnv('HF_TOKEN', 'hf_secret')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await hub[Symbol.asyncDispose]()
})

test('a search asks the hub for repositories with GGUF files, with the token, and passes over odd names', async () => {
  hub.answers.set('/api/models?search=gemma+3&filter=gguf&sort=downloads&direction=-1&limit=30', [
    {
      id: 'ggml-org/gemma-3-270m-GGUF',
      downloads: 12,
      likes: 3,
      gated: 'manual',
      lastModified: '2026-01-01',
    },
    { id: '../../etc/passwd' },
  ])
  expect(await searchHub('gemma 3')).toEqual([
    { repo: 'ggml-org/gemma-3-270m-GGUF', downloads: 12, likes: 3, gated: true, updated: '2026-01-01' },
  ])
  expect(hub.requests).toMatchObject([{ authorization: 'Bearer hf_secret' }])
})

test('without HF_TOKEN, the token that `hf auth login` wrote is sent; what is no token is not', async () => {
  const home = await mkdtemp(path.join(tmpdir(), 'woolgather-hub-'))
  vi.stubEnv('HF_TOKEN', '')
  vi.stubEnv('HF_TOKEN_PATH', '')
  vi.stubEnv('HF_HOME', home)
  hub.answers.set('/api/models/me/story?blobs=true', { id: 'me/story' })
  const asked = async (): Promise<string | undefined> => {
    await readRepository('me/story')
    return hub.requests.at(-1)?.authorization
  }
  expect(await asked()).toBeUndefined()
  await writeFile(path.join(home, 'token'), 'hf_written\n')
  expect(await asked()).toBe('Bearer hf_written')
  await writeFile(path.join(home, 'token'), 'two\nlines')
  expect(await asked()).toBeUndefined()
  await rm(home, { recursive: true })
})

test('a repository offers its quantisations, split files as one, with size and hash, and nothing that is no model', async () => {
  const sha256 = 'ab'.repeat(32)
  hub.answers.set('/api/models/me/story?blobs=true', {
    id: 'me/story',
    gated: false,
    cardData: { license: 'apache-2.0' },
    gguf: { architecture: 'llama', context_length: 8192, total: 1 },
    siblings: [
      { rfilename: 'README.md', size: 5 },
      { rfilename: 'mmproj-story-f16.gguf', size: 7 },
      { rfilename: 'BF16/story-BF16-00002-of-00002.gguf', lfs: { sha256: 'cd'.repeat(32), size: 60 } },
      { rfilename: 'BF16/story-BF16-00001-of-00002.gguf', lfs: { sha256, size: 100 } },
      { rfilename: 'story-Q4_K_M.gguf', size: 40 },
    ],
  })
  const found = await readRepository('me/story')
  expect(found).toMatchObject({ license: 'apache-2.0', architecture: 'llama', context: 8192 })
  expect(found.files).toEqual([
    {
      source: 'hf:me/story/story-Q4_K_M.gguf',
      file: 'story-Q4_K_M.gguf',
      quantization: 'Q4_K_M',
      bytes: 40,
      parts: 1,
    },
    {
      source: 'hf:me/story/BF16/story-BF16-00001-of-00002.gguf',
      file: 'BF16/story-BF16-00001-of-00002.gguf',
      quantization: 'BF16',
      bytes: 160,
      parts: 2,
      sha256,
    },
  ])
})

test.each([
  ['gemma-3-270m-Q4_K_M.gguf', 'Q4_K_M'],
  ['Llama-3.2-1B-Instruct.IQ3_XXS.gguf', 'IQ3_XXS'],
  ['model-UD-Q2_K_XL-00001-of-00003.gguf', 'UD-Q2_K_XL'],
  ['ggml-model-f16.gguf', 'F16'],
  ['gpt-oss-20b-mxfp4.gguf', 'MXFP4'],
  ['Q8_0/story.gguf', 'Q8_0'],
  ['story.gguf', ''],
])('%s is %s', (file, quantization) => {
  expect(quantizationOf(file)).toBe(quantization)
})

test('without a network, or where the answer is none of the hub, one is told so and what to do', async () => {
  await expect(readRepository('me/none')).rejects.toMatchObject({ code: 'download-failed' })
  hub.answers.set('/api/models/me/odd?blobs=true', [1])
  await expect(readRepository('me/odd')).rejects.toMatchObject({
    code: 'download-failed',
    hint: expect.stringContaining('HF_ENDPOINT') as string,
  })
  await expect(readRepository('me/../x')).rejects.toMatchObject({ code: 'invalid-input' })
  const { url } = hub
  await hub[Symbol.asyncDispose]()
  await expect(searchHub('x')).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringContaining(`${new URL(url).host} cannot be reached`) as string,
    hint: expect.stringContaining('network') as string,
  })
  hub = await startModelServer()
})
