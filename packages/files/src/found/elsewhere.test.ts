import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { encodeModel } from '@woolgather/gguf/testing/encode-header'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createModelLedger } from '../model-ledger.ts'
import { openModels, type Models } from './open-models.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'woolgather-elsewhere-'))
})
afterEach(() => rm(home, { recursive: true }))

const at = (...names: string[]): string => path.join(home, ...names)

function modelOf(name: string, metadata: Record<string, string | number> = {}): Buffer {
  return encodeModel(
    {
      'general.architecture': 'llama',
      'general.name': name,
      'llama.context_length': 2048,
      'llama.block_count': 1,
      ...metadata,
    },
    { 'token_embd.weight': [8, 4], 'blk.0.attn_q.weight': [8, 8] },
  )
}

const sha256Of = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')

async function write(file: string, content: string | Buffer): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, content)
}

/** As `ollama pull` leaves it. */
async function pull(
  name: string[],
  layers: Record<string, string | Buffer>,
): Promise<Record<string, string>> {
  const entries = Object.entries(layers).map(([kind, content]) => [kind, content, sha256Of(content)] as const)
  for (const [, content, hash] of entries) await write(at('ollama', 'blobs', `sha256-${hash}`), content)
  const manifest = {
    schemaVersion: 2,
    layers: entries.map(([kind, content, hash]) => ({
      mediaType: `application/vnd.ollama.image.${kind}`,
      digest: `sha256:${hash}`,
      size: content.length,
    })),
  }
  await write(at('ollama', 'manifests', ...name), JSON.stringify(manifest))
  return Object.fromEntries(entries.map(([kind, , hash]) => [kind, hash]))
}

/** As `hf download` leaves it. */
async function cache(repo: string, file: string, content: Buffer): Promise<string> {
  const folder = at('hub', repo)
  const hash = sha256Of(content)
  await write(path.join(folder, 'blobs', hash), content)
  await write(path.join(folder, 'refs', 'main'), 'abc123')
  const link = path.join(folder, 'snapshots', 'abc123', file)
  await mkdir(path.dirname(link), { recursive: true })
  await symlink(path.relative(path.dirname(link), path.join(folder, 'blobs', hash)), link)
  return hash
}

function open(data?: string): Models {
  const env = { OLLAMA_MODELS: at('ollama'), HF_HUB_CACHE: at('hub'), LLAMA_CACHE: at('llama') }
  return openModels({ folders: [at('models')], data, env })
}

test('Ollama’s models go by the names that `ollama list` prints, with sha256, licence and template [W49]', async () => {
  const usual = ['registry.ollama.ai', 'library']
  const { model } = await pull([...usual, 'story', '8b'], {
    model: modelOf('Story'),
    license: '\n  Apache License\nVersion 2.0',
    template: '<|im_start|>{{ .Role }}',
  })
  await pull([...usual, 'story', 'latest'], { model: modelOf('Story') })
  await pull(['registry.ollama.ai', 'me', 'teller', 'latest'], { model: modelOf('Mine') })
  await pull(['localhost:5000', 'me', 'teller', 'q4'], {
    model: modelOf('Ours', { 'general.license': 'mit' }),
  })
  await pull([...usual, 'cloud', 'latest'], { params: '{}' })
  const models = open()
  const { files, unreadable } = await models.list()
  expect(unreadable).toEqual([])
  expect(files.map(({ ref }) => ref)).toEqual([
    'ollama:localhost:5000/me/teller:q4',
    'ollama:me/teller:latest',
    'ollama:story:8b',
    'ollama:story:latest',
  ])
  const story = files.find(({ ref }) => ref === 'ollama:story:8b')
  expect(story).toMatchObject({
    file: 'ollama:story:8b',
    source: 'ollama',
    name: 'Story',
    license: 'Apache License',
    likeTemplate: 'chatml',
    context: 2048,
  })
  const blob = at('ollama', 'blobs', `sha256-${model}`)
  for (const name of ['ollama:story', 'ollama:story:8b', 'ollama:Story:8B', 'ollama:library/story:8b']) {
    expect(await models.find(name)).toBe(blob)
  }
  for (const name of [
    'ollama:../../x',
    'ollama:story:../8b',
    'ollama:a/b/c/story',
    'ollama:',
    'ollama:none',
  ]) {
    await expect(models.find(name)).rejects.toMatchObject({ code: 'model-not-found' })
  }
})

test('files of an adapter or checkpoint in the Hugging Face cache are found by their names, and not listed', async () => {
  const hash = await cache('models--me--style', 'adapter_model.safetensors', Buffer.from('weights'))
  const models = open()
  expect(await models.locate('hf:me/style/adapter_model.safetensors')).toMatchObject({ sha256: hash })
  expect(await models.locate('hf:me/style/adapter_model.safetensors#abc123')).toBeDefined()
  for (const name of [
    'hf:me/style',
    'hf:me/style/config.json',
    'hf:me/style/../style/adapter_model.safetensors',
  ]) {
    expect(await models.locate(name)).toBeUndefined()
  }
  expect(await models.list()).toEqual({ files: [], unreadable: [] })
})

test('the Hugging Face cache is named by repository and path, its newest snapshot, links or files [W49]', async () => {
  const hash = await cache('models--me--story-GGUF', 'sub/story-Q4_K_M.gguf', modelOf('Story'))
  await cache('models--me--split', 'big-00001-of-00002.gguf', modelOf('Big'))
  await cache('models--me--split', 'big-00002-of-00002.gguf', modelOf('Big, second'))
  await cache('datasets--me--data', 'x.gguf', modelOf('No model'))
  await write(at('hub', 'models--me--files', 'refs', 'main'), 'def456\n')
  await write(at('hub', 'models--me--files', 'snapshots', 'def456', 'plain.gguf'), modelOf('Plain'))
  await write(at('hub', 'models--me--files', 'snapshots', 'old', 'older.gguf'), modelOf('Old'))
  const models = open()
  const { files, unreadable } = await models.list()
  expect(unreadable).toEqual([])
  expect(files.map(({ ref, source }) => [ref, source])).toEqual([
    ['hf:me/files/plain.gguf', 'huggingface'],
    ['hf:me/split/big-00001-of-00002.gguf', 'huggingface'],
    ['hf:me/story-GGUF/sub/story-Q4_K_M.gguf', 'huggingface'],
  ])
  const story = await models.locate('hf:me/story-GGUF/sub/story-Q4_K_M.gguf')
  expect(story?.sha256).toBe(hash)
  expect(await models.locate('hf:me/story-GGUF:q4_k_m')).toMatchObject({ path: story?.path })
  expect(await models.locate('hf:me/files/older.gguf#old')).toBeDefined()
  for (const name of ['hf:me/files/older.gguf', 'hf:me/story-GGUF:Q8_0', 'hf:me/../me/x.gguf']) {
    expect(await models.locate(name)).toBeUndefined()
  }
})

test('llama.cpp’s cache goes by file names; what is in a models folder comes first; what is no language model is no model [W49]', async () => {
  await write(at('llama', 'me_story-GGUF_story.gguf'), modelOf('Cached'))
  await write(at('llama', 'same.gguf'), modelOf('Cached'))
  await write(at('llama', 'half.gguf.downloadInProgress'), 'GGUF')
  await write(at('models', 'same.gguf'), modelOf('Mine'))
  await write(
    at('models', 'mmproj.gguf'),
    encodeModel({ 'general.architecture': 'clip' }, { 'v.patch_embd.weight': [8, 8] }),
  )
  const models = open()
  const { files, unreadable } = await models.list()
  expect(files.map(({ ref, source, name }) => [ref, source, name])).toEqual([
    ['me_story-GGUF_story.gguf', 'llama.cpp', 'Cached'],
    ['same.gguf', 'folder', 'Mine'],
  ])
  expect(unreadable).toMatchObject([{ file: 'half.gguf.downloadInProgress' }])
  expect(await models.find('same.gguf')).toBe(at('models', 'same.gguf'))
  expect(await models.find('hf:me/story-GGUF/story.gguf')).toBe(at('llama', 'me_story-GGUF_story.gguf'))
})

test('a manifest without its blob, one that is cut, a broken link and half downloads are named, with what to do', async () => {
  const usual = ['registry.ollama.ai', 'library']
  const blobOf = (hash: string | undefined): string => at('ollama', 'blobs', `sha256-${hash}`)
  const gone = await pull([...usual, 'gone', 'latest'], { model: modelOf('Gone') })
  await rm(blobOf(gone['model']))
  const cut = await pull([...usual, 'cut', 'latest'], { model: modelOf('Cut') })
  await writeFile(blobOf(cut['model']), modelOf('Cut').subarray(0, 300))
  await write(at('ollama', 'manifests', ...usual, 'odd', 'latest'), '{"layers": 3}')
  await write(`${blobOf('ab'.repeat(32))}-partial`, 'GGUF')
  const hash = await cache('models--me--lost', 'lost.gguf', modelOf('Lost'))
  await rename(
    at('hub', 'models--me--lost', 'blobs', hash),
    at('hub', 'models--me--lost', 'blobs', `${hash}.incomplete`),
  )
  const models = open()
  const { files, unreadable } = await models.list()
  expect(files).toEqual([])
  expect(unreadable.map(({ file, message, hint }) => [file.replace(home, ''), message !== '', hint])).toEqual(
    [
      [
        `/hub/models--me--lost/blobs/${hash}.incomplete`,
        true,
        expect.stringContaining('hf download me/lost') as string,
      ],
      [
        `/ollama/blobs/sha256-${'ab'.repeat(32)}-partial`,
        true,
        expect.stringContaining('ollama pull') as string,
      ],
      ['hf:me/lost/lost.gguf', true, expect.stringContaining('hf download me/lost') as string],
      ['ollama:cut:latest', true, 'Pull it again: ollama pull cut:latest'],
      ['ollama:gone:latest', true, 'Pull it again: ollama pull gone:latest'],
      ['ollama:odd:latest', true, 'Pull it again: ollama pull odd:latest'],
    ],
  )
  await expect(models.find('ollama:gone')).rejects.toMatchObject({
    code: 'model-not-found',
    hint: 'Pull it again: ollama pull gone:latest',
  })
  // It is downloaded anew.
  expect(await models.locate('hf:me/lost/lost.gguf')).toBeUndefined()
})

test('a workflow requires what it names wherever that lies, and a model it lacks is told under another name [W50]', async () => {
  const content = modelOf('Story')
  const { model } = await pull(['registry.ollama.ai', 'library', 'story', 'latest'], { model: content })
  const lora = (architecture: string): Buffer =>
    encodeModel(
      { 'general.architecture': architecture, 'general.type': 'adapter', 'adapter.type': 'lora' },
      { 'blk.0.attn_q.weight.lora_a': [8, 2], 'blk.0.attn_q.weight.lora_b': [2, 8] },
    )
  await write(at('models', 'fits.lora.gguf'), lora('llama'))
  await write(at('models', 'other.lora.gguf'), lora('qwen2'))
  const models = open()
  const goesWith = (await models.list()).files.map(({ file, goesWith: these }) => [file, these])
  expect(goesWith).toEqual([
    ['fits.lora.gguf', ['ollama:story:latest']],
    ['ollama:story:latest', undefined],
    ['other.lora.gguf', []],
  ])
  const ledger = createModelLedger({ models, descriptions: new Map(), memory: at('hashes.json') })
  const workflow = (file: string, sha256?: string) => ({
    format: 'woolgather' as const,
    version: 1 as const,
    name: 'w',
    nodes: { model: { type: 'load', inputs: { file } } },
    ...(sha256 && { requires: { models: [{ file, sha256, bytes: content.length }] } }),
  })
  const filled = await ledger.fill(workflow('ollama:story'), { patient: false })
  expect(filled.requires?.models).toEqual([{ file: 'ollama:story', sha256: model, bytes: content.length }])
  expect(await ledger.missing(workflow('ollama:story', model))).toEqual([])
  expect(await ledger.missing(workflow('theirs/story.gguf', model))).toMatchObject([
    { file: 'theirs/story.gguf', problem: 'absent', same: ['ollama:story:latest'] },
  ])
  expect(await ledger.missing(workflow('theirs/story.gguf'))).toMatchObject([
    { instead: ['ollama:story:latest'] },
  ])
})

test('what headers say is remembered on disk by which file it is, and looks at a place find what is new', async () => {
  await write(at('models', 'a.gguf'), modelOf('First'))
  expect((await open(at('data')).list()).files).toMatchObject([{ name: 'First' }])
  await write(at('models', 'new.gguf'), modelOf('Other'))
  await rename(at('models', 'new.gguf'), at('models', 'a.gguf'))
  expect((await open(at('data')).list()).files).toMatchObject([{ name: 'Other' }])
  await writeFile(at('data', 'model-headers.json'), '{"version": 1, "files": [["x", null]]}')
  expect((await open(at('data')).list()).files).toMatchObject([{ name: 'Other' }])
})
