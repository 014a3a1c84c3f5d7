import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { sha256Of, startModelServer, type ModelServer } from '../testing/model-server.ts'
import { downloadFolder, findFolder } from './download-folder.ts'
import { parseRepository } from './parse-uri.ts'

let server: ModelServer
let directory = ''
beforeAll(async () => {
  server = await startModelServer()
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'woolgather-folder-'))
})
afterEach(async () => {
  server.files.clear()
  server.answers.clear()
  server.requests.length = 0
  await rm(directory, { recursive: true })
})

const weights = Buffer.from('weights that are no GGUF')

function serve(branch = 'main', folder = ''): void {
  const below = folder === '' ? '' : `/${folder}`
  server.answers.set(`/api/models/me/adapter/tree/${branch}${below}`, [
    { type: 'directory', path: 'logs' },
    ...['README.md', 'adapter_config.json', 'adapter_model.safetensors', '../../evil'].map((name) => ({
      type: 'file',
      path: folder === '' ? name : `${folder}/${name}`,
    })),
  ])
  const at = `/me/adapter/resolve/${branch}${below}`
  server.files.set(`${at}/adapter_config.json`, { content: Buffer.from('{}') })
  server.files.set(`${at}/adapter_model.safetensors`, {
    content: weights,
    publishedHash: sha256Of(weights),
  })
}

const wanted = ['adapter_model.safetensors', 'adapter_config.json']
const download = (uri: string, more: object = {}) =>
  downloadFolder({
    uri,
    directory,
    endpoint: server.url,
    choose: (names) => wanted.filter((name) => names.includes(name)),
    patience: { attempts: 1 },
    ...more,
  })

test('the files of a repository that are wanted come into its folder, and are asked for once', async () => {
  serve()
  expect(await download('hf:me/adapter')).toEqual({ folder: 'me/adapter', files: wanted })
  expect(await readFile(join(directory, 'me/adapter/adapter_model.safetensors'))).toEqual(weights)
  const asked = server.requests.length
  expect(await download('hf:me/adapter')).toEqual({ folder: 'me/adapter', files: wanted })
  expect(server.requests).toHaveLength(asked)
})

test('a folder of a branch is kept apart from others', async () => {
  serve('v2', 'step-10')
  expect(await download('hf:me/adapter/step-10#v2')).toEqual({
    folder: 'me/adapter@v2/step-10',
    files: wanted,
  })
  expect(await findFolder(directory, 'hf:me/adapter', (names) => names)).toBeUndefined()
})

test('one that broke off is no folder yet, and goes on where it stopped', async () => {
  serve()
  const config = server.files.get('/me/adapter/resolve/main/adapter_config.json')!
  config.fails = { status: 503, times: 9 }
  await expect(download('hf:me/adapter')).rejects.toMatchObject({ code: 'download-failed' })
  expect(await findFolder(directory, 'hf:me/adapter', (names) => names)).toBeUndefined()
  config.fails = { status: 503, times: 0 }
  server.requests.length = 0
  expect((await download('hf:me/adapter')).folder).toBe('me/adapter')
  const again = server.requests.filter(
    ({ method, path }) => method === 'GET' && path.endsWith('.safetensors'),
  )
  expect(again).toEqual([])
})

test('weights that are not those asked for are not kept', async () => {
  serve()
  await expect(download('hf:me/adapter', { sha256: '0'.repeat(64) })).rejects.toMatchObject({
    code: 'checksum-mismatch',
  })
})

test('a repository that is not there, and an answer that is no list, are told', async () => {
  await expect(download('hf:me/adapter')).rejects.toMatchObject({ message: expect.stringContaining('404') })
  server.answers.set('/api/models/me/adapter/tree/main', { error: 'no' })
  await expect(download('hf:me/adapter')).rejects.toMatchObject({
    message: expect.stringContaining('lists no files'),
  })
})

test.each([
  ['hf:me/adapter', true],
  ['hf:me/adapter/step-10#v2', true],
  ['hf:me/adapter:Q4_K_M', false],
  ['hf:me/adapter/file.gguf', false],
  ['hf:me/adapter/file.gguf#v2', false],
  ['https://example.com/adapter', false],
])('%s names a folder: %s', (uri, is) => {
  expect(parseRepository(uri) !== undefined).toBe(is)
})

test.each(['hf:me', 'hf:me/..', 'hf:/adapter', 'hf:me/adapter/../../x', 'hf:me/adapter#'])(
  '%s is no address',
  (uri) => {
    expect(() => parseRepository(uri)).toThrow(/is not the address of a model/)
  },
)
