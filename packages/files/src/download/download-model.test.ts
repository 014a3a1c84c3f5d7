import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { WoolgatherError } from '@woolgather/workflow'
import { sha256Of, startModelServer, type ModelServer, type ServedFile } from '../testing/model-server.ts'
import { downloadModel, type DownloadedModel, type DownloadModelInput } from './download-model.ts'

const content = Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(300_000, 'wool')])
const hash = sha256Of(content)
const uri = 'hf:owner/repo/model.gguf'
const filePath = '/owner/repo/resolve/main/model.gguf'

interface Setting extends AsyncDisposable {
  server: ModelServer
  directory: string
  target: string
  download: (input?: Partial<DownloadModelInput>) => Promise<DownloadedModel>
  refusal: (input?: Partial<DownloadModelInput>) => Promise<unknown>
  /** Names of what lies beside the target. */
  names: () => string[]
}

const setUp = async (file?: Partial<ServedFile>): Promise<Setting> => {
  const server = await startModelServer()
  const directory = mkdtempSync(join(tmpdir(), 'woolgather-download-'))
  if (file !== undefined) server.files.set(filePath, { content, ...file })
  const patience = { attempts: 3, pauseMs: 5 }
  const download = (input: Partial<DownloadModelInput> = {}): Promise<DownloadedModel> =>
    downloadModel({ uri, directory, endpoint: server.url, token: 'secret', patience, ...input })
  return {
    server,
    directory,
    target: join(directory, 'owner', 'repo', 'model.gguf'),
    download,
    refusal: async (input) => {
      const outcome = await download(input).catch((error: unknown) => error)
      expect(outcome).toBeInstanceOf(WoolgatherError)
      const { code, message, hint } = outcome as WoolgatherError
      return { code, message: message.replaceAll(server.url.slice('http://'.length), 'HOST'), hint }
    },
    names: () => {
      const folder = join(directory, 'owner', 'repo')
      return existsSync(folder) ? readdirSync(folder).toSorted() : []
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      rmSync(directory, { recursive: true })
    },
  }
}

test('a file is downloaded, checked against the hash that the hub publishes, and nothing else is left', async () => {
  await using setting = await setUp({ publishedHash: hash })
  const reports: { done: number; total: number | undefined }[] = []
  const result = await setting.download({ onProgress: (progress) => reports.push(progress) })
  expect(result).toEqual({ path: setting.target, bytes: content.length, sha256: hash })
  expect(readFileSync(setting.target).equals(content)).toBe(true)
  expect(reports.at(-1)).toEqual({ done: content.length, total: content.length })
  expect(setting.names()).toEqual(['model.gguf', 'model.gguf.download.json'])
  expect(setting.server.requests).toEqual([
    { method: 'HEAD', path: filePath, range: undefined, authorization: 'Bearer secret' },
    { method: 'GET', path: filePath, range: undefined, authorization: 'Bearer secret' },
  ])
})

test('a file that is there is taken without asking the network, and hashed anew when it changed', async () => {
  await using setting = await setUp({})
  await setting.download()
  setting.server.requests.length = 0
  expect(await setting.download({ sha256: hash.toUpperCase() })).toMatchObject({ sha256: hash })
  writeFileSync(setting.target, 'GGUF changed by hand')
  utimesSync(setting.target, 0, 0)
  expect(await setting.download()).toMatchObject({ sha256: sha256Of(Buffer.from('GGUF changed by hand')) })
  expect(setting.server.requests).toEqual([])
})

test('a file that came from the same place and is another there now is replaced', async () => {
  await using setting = await setUp({})
  await setting.download()
  const newer = Buffer.concat([content, Buffer.from('more')])
  setting.server.files.set(filePath, { content: newer })
  expect(await setting.download({ sha256: sha256Of(newer) })).toMatchObject({ bytes: newer.length })
})

test.each([
  ['that somebody put there', (setting: Setting) => mkdirSync(dirname(setting.target), { recursive: true })],
  ['that was downloaded and then changed', (setting: Setting) => setting.download()],
])('another file %s stays as it is', async (_, prepare) => {
  await using setting = await setUp({})
  await prepare(setting)
  writeFileSync(setting.target, 'GGUF of my own')
  expect(await setting.refusal({ sha256: hash })).toEqual({
    code: 'file-exists',
    message: 'There is another file “owner/repo/model.gguf” already, which stays as it is.',
    hint: 'Save it beside, as “owner/repo/model-2.gguf”, replace it, or rename it or move it away and download again.',
  })
  expect(readFileSync(setting.target, 'utf8')).toBe('GGUF of my own')
  expect(setting.server.requests.filter(({ method }) => method === 'GET').length).toBeLessThan(2)
})

test.each([[hash], [undefined]])(
  'with the hash %s, another file is kept and the model saved beside under a free name, once',
  async (sha256) => {
    await using setting = await setUp({})
    mkdirSync(dirname(setting.target), { recursive: true })
    const taken = join(dirname(setting.target), 'model-2.gguf')
    for (const file of [setting.target, taken]) writeFileSync(file, 'GGUF of my own')
    const saved = await setting.download({ sha256, existing: 'beside' })
    expect(saved).toMatchObject({ path: join(dirname(setting.target), 'model-3.gguf'), sha256: hash })
    for (const file of [setting.target, taken]) expect(readFileSync(file, 'utf8')).toBe('GGUF of my own')
    setting.server.requests.length = 0
    expect(await setting.download({ sha256, existing: 'beside' })).toEqual(saved)
    expect(setting.server.requests).toEqual([])
  },
)

test.each([[hash], [undefined]])(
  'with the hash %s, another file is replaced where that was chosen',
  async (sha256) => {
    await using setting = await setUp({})
    mkdirSync(dirname(setting.target), { recursive: true })
    writeFileSync(setting.target, 'GGUF of my own')
    expect(await setting.download({ sha256, existing: 'replace' })).toMatchObject({
      path: setting.target,
      sha256: hash,
    })
    expect(setting.names()).toEqual(['model.gguf', 'model.gguf.download.json'])
  },
)

test('a file that is to be replaced stays until what comes in its place is whole and right', async () => {
  await using setting = await setUp({})
  mkdirSync(dirname(setting.target), { recursive: true })
  writeFileSync(setting.target, 'GGUF of my own')
  await setting.refusal({ sha256: '0'.repeat(64), existing: 'replace' })
  expect(readFileSync(setting.target, 'utf8')).toBe('GGUF of my own')
})

test('a folder of that name is never replaced', async () => {
  await using setting = await setUp({})
  mkdirSync(setting.target, { recursive: true })
  expect(await setting.refusal({ sha256: hash, existing: 'replace' })).toMatchObject({ code: 'file-exists' })
  expect(await setting.download({ sha256: hash, existing: 'beside' })).toMatchObject({
    path: join(dirname(setting.target), 'model-2.gguf'),
  })
})

test('a redirect is followed where a model could have that address, and the token stays behind', async () => {
  await using setting = await setUp({ redirect: '/elsewhere/file' })
  await using other = await startModelServer()
  other.files.set('/file', { content })
  setting.server.files.set('/elsewhere/file', { content, redirect: `${other.url}/file` })
  expect(await setting.download()).toMatchObject({ sha256: hash })
  expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined])
})

test.each([
  ['http://127.0.0.2:9/m.gguf', 'models are not downloaded over http: from 127.0.0.2:9'],
  ['http://example.com/m.gguf', 'models are not downloaded over http: from example.com'],
  ['file:///etc/passwd', 'models are not downloaded over file: from '],
  ['https://me:secret@example.com/m.gguf', 'the new address holds a user name or password'],
])('a redirect to %s is refused before anything is asked there', async (redirect, reason) => {
  await using setting = await setUp({ redirect })
  expect(await setting.refusal()).toEqual({
    code: 'download-failed',
    message: `HOST sends the download on to another place: ${reason}.`,
    hint: 'If you trust that place, give its address itself.',
  })
})

test('redirects in circles end', async () => {
  await using setting = await setUp({ redirect: filePath })
  expect(await setting.refusal()).toMatchObject({ message: expect.stringMatching(/redirects in circles/) })
})

test.runIf(process.getuid?.() === 0)(
  'a body without an end leaves room on the disk, and nothing behind',
  async () => {
    await using setting = await setUp({
      endless: true,
      content: Buffer.concat([content, Buffer.alloc(1 << 20)]),
    })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=30m', 'tmpfs', setting.directory])
    try {
      expect(await setting.refusal()).toMatchObject({
        code: 'disk-full',
        message: expect.stringMatching(/does not tell how large it will be: 3 MiB must stay free\.$/),
      })
      expect(setting.names()).toEqual([])
    } finally {
      execFileSync('umount', ['-l', setting.directory])
    }
  },
)

test('a connection that breaks is taken up where it broke', async () => {
  await using setting = await setUp({ breaks: { afterBytes: 100_000, times: 2 } })
  expect(await setting.download()).toMatchObject({ sha256: hash })
  const ranges = setting.server.requests.filter(({ method }) => method === 'GET').map(({ range }) => range)
  expect(ranges).toHaveLength(3)
  expect(ranges[0]).toBeUndefined()
  expect(ranges.slice(1)).toEqual([
    expect.stringMatching(/^bytes=[1-9]\d*-$/),
    expect.stringMatching(/^bytes=[1-9]\d*-$/),
  ])
})

test('a download that was given up is taken up by the next', async () => {
  await using setting = await setUp({ breaks: { afterBytes: 100_000, times: 1 } })
  const patience = { attempts: 1 }
  expect(await setting.refusal({ patience })).toEqual({
    code: 'download-failed',
    message: expect.stringMatching(
      /^hf:owner\/repo\/model\.gguf could not be downloaded: the connection broke: .+\.$/,
    ),
    hint: 'Check the connection and try again: what was downloaded is kept, and it goes on from there.',
  })
  expect(setting.names()).toEqual(['model.gguf.part', 'model.gguf.part.json'])
  expect(await setting.download()).toMatchObject({ sha256: hash })
  expect(setting.server.requests.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/)
})

test('what was downloaded of a file that changed meanwhile is thrown away', async () => {
  await using setting = await setUp({ breaks: { afterBytes: 100_000, times: 1 } })
  await setting.refusal({ patience: { attempts: 1 } })
  const other = Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(250_000, 'other')])
  setting.server.files.set(filePath, { content: other, etag: '"two"' })
  expect(await setting.download()).toMatchObject({ bytes: other.length, sha256: sha256Of(other) })
})

test('a server that knows no ranges is asked for the whole again', async () => {
  await using setting = await setUp({ breaks: { afterBytes: 100_000, times: 1 }, wholeOnly: true })
  expect(await setting.download()).toMatchObject({ bytes: content.length, sha256: hash })
})

test('a download that broke after its last byte is complete', async () => {
  await using setting = await setUp({ breaks: { afterBytes: 100_000, times: 1 } })
  await setting.refusal({ patience: { attempts: 1 } })
  writeFileSync(`${setting.target}.part`, content)
  expect(await setting.download()).toMatchObject({ bytes: content.length, sha256: hash })
  expect(setting.server.requests.at(-1)?.range).toBe(`bytes=${content.length}-`)
})

test('a wrong hash leaves no file', async () => {
  await using setting = await setUp({})
  const wanted = '0'.repeat(64)
  expect(await setting.refusal({ sha256: wanted })).toEqual({
    code: 'checksum-mismatch',
    message: `What ${uri} gave has the sha256 ${hash}, not ${wanted}.`,
    hint: 'It may have been damaged on the way: try again.',
  })
  expect(setting.names()).toEqual([])
})

test('a hash that is not the published one is refused before anything is downloaded', async () => {
  await using setting = await setUp({ publishedHash: hash })
  const wanted = '0'.repeat(64)
  expect(await setting.refusal({ sha256: wanted })).toMatchObject({
    code: 'checksum-mismatch',
    message: `${uri} has the sha256 ${hash}, not ${wanted}.`,
  })
  expect(setting.server.requests.map(({ method }) => method)).toEqual(['HEAD'])
})

test.each([
  [404, 'Check owner, repository, file name and branch.'],
  [401, 'It may be private or want its licence accepted: set HF_TOKEN to an access token that may read it.'],
])('an answer of %d is told with what to do', async (status, hint) => {
  await using setting = await setUp({ fails: { status, times: 99 } })
  expect(await setting.refusal()).toEqual({
    code: 'download-failed',
    message: expect.stringMatching(
      new RegExp(`^hf:owner/repo/model\\.gguf: HOST answered ${status} \\w+.*\\.$`),
    ),
    hint,
  })
  expect(setting.names()).toEqual([])
})

test('a server that is busy is asked again', async () => {
  await using setting = await setUp({ fails: { status: 503, times: 2 } })
  expect(await setting.download()).toMatchObject({ sha256: hash })
})

test('a server that is gone is told as such', async () => {
  await using setting = await setUp({})
  await setting.server[Symbol.asyncDispose]()
  expect(await setting.refusal()).toMatchObject({
    code: 'download-failed',
    message: expect.stringMatching(
      /^hf:owner\/repo\/model\.gguf could not be downloaded: no answer from HOST: .+\.$/,
    ),
  })
})

test('a connection over which nothing comes is given up', async () => {
  await using setting = await setUp({ stalls: true })
  expect(await setting.refusal({ patience: { attempts: 1, silenceMs: 100 } })).toMatchObject({
    code: 'download-failed',
    message: expect.stringContaining('nothing came for 0.1 seconds'),
  })
})

test('a cancelled download keeps what it has, and no file of the name', async () => {
  await using setting = await setUp({ stalls: true })
  const controller = new AbortController()
  const refusal = setting.refusal({ signal: controller.signal, onProgress: () => controller.abort() })
  expect(await refusal).toMatchObject({ code: 'cancelled', message: `The download of ${uri} was cancelled` })
  expect(setting.names()).toEqual(['model.gguf.part', 'model.gguf.part.json'])
})

test('two downloads of one file at once fetch it once', async () => {
  await using setting = await setUp({})
  const [one, two] = await Promise.all([setting.download(), setting.download()])
  expect(one).toEqual(two)
  expect(setting.server.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
})

test('a lock that a dead process left behind does not hold anyone up', async () => {
  await using setting = await setUp({ breaks: { afterBytes: 100_000, times: 1 } })
  await setting.refusal({ patience: { attempts: 1 } })
  writeFileSync(`${setting.target}.lock`, String(process.pid))
  expect(await setting.download()).toMatchObject({ sha256: hash })
})

test('a quantisation is looked up once, and found again without the network', async () => {
  await using setting = await setUp()
  const path = '/owner/repo/resolve/main/folder/model-Q4_K_M.gguf'
  setting.server.files.set(path, { content })
  setting.server.answers.set('/v2/owner/repo/manifests/Q4_K_M', {
    ggufFile: { rfilename: 'folder/model-Q4_K_M.gguf' },
  })
  const tagged = { uri: 'hf:owner/repo:Q4_K_M' }
  const first = await setting.download(tagged)
  expect(first.path).toBe(join(setting.directory, 'owner', 'repo', 'folder', 'model-Q4_K_M.gguf'))
  setting.server.requests.length = 0
  expect(await setting.download(tagged)).toEqual(first)
  expect(setting.server.requests).toEqual([])
})

test('a quantisation that the repository has not is told with what to do', async () => {
  await using setting = await setUp()
  expect(await setting.refusal({ uri: 'hf:owner/repo:Q9' })).toEqual({
    code: 'download-failed',
    message: 'hf:owner/repo:Q9: owner/repo has no GGUF file for Q9.',
    hint: 'Look at the files of the repository, and name one of them: hf:owner/repo/file.gguf.',
  })
})

test('every part of a split model is downloaded', async () => {
  await using setting = await setUp()
  const part = (number: number): string => `big-0000${number}-of-00002.gguf`
  const second = Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(1000)])
  setting.server.files.set(`/owner/repo/resolve/dev/${part(1)}`, { content })
  setting.server.files.set(`/owner/repo/resolve/dev/${part(2)}`, { content: second })
  expect(await setting.download({ uri: `hf:owner/repo/${part(2)}#dev` })).toEqual({
    path: join(setting.directory, 'owner', 'repo@dev', part(1)),
    bytes: content.length + second.length,
    sha256: hash,
  })
})

test('a plain address works, and no token goes to it', async () => {
  await using setting = await setUp()
  setting.server.files.set('/some/model.gguf?x=1', { content })
  const { path } = await setting.download({
    uri: `${setting.server.url}/some/model.gguf?x=1`,
    endpoint: 'https://huggingface.invalid',
  })
  const host = new URL(setting.server.url).host.replace(':', '_')
  expect(path).toBe(join(setting.directory, host, 'some', 'model.gguf'))
  expect(setting.server.requests.map(({ authorization }) => authorization)).toEqual([undefined])
})

test('a web page in place of a file is refused by its first bytes', async () => {
  await using setting = await setUp({ content: Buffer.from('<!DOCTYPE html><html></html>') })
  expect(await setting.refusal()).toMatchObject({
    code: 'download-failed',
    message: `${uri}: what the server sends is not a GGUF file.`,
  })
  expect(existsSync(setting.target)).toBe(false)
})

test.each([
  ['model.gguf', 'it is neither an hf: nor an https: address'],
  ['http://example.com/model.gguf', 'models are not downloaded over http:'],
  ['file:///etc/model.gguf', 'models are not downloaded over file:'],
  ['https://user:pass@example.com/m.gguf', 'it holds a user name or password'],
  ['https://example.com/model.bin', 'it does not end in .gguf'],
  ['https://example.com/%2e%2e%2fm.gguf', '"../m.gguf" is no file name'],
  ['hf:owner/repo', 'it names a repository, but no file or quantisation in it'],
  ['hf:owner/repo/../../m.gguf', '".." is no file name'],
  ['hf:owner//m.gguf', 'a part of it is empty'],
  ['hf:owner/repo:Q4/m.gguf', 'it names both a quantisation and a file'],
  ['hf:owner/repo/README.md', 'it does not end in .gguf'],
])('%s is no address of a model', async (address, reason) => {
  await using setting = await setUp()
  expect(await setting.refusal({ uri: address })).toMatchObject({
    code: 'download-failed',
    message: `${address} is not the address of a model: ${reason}.`,
    hint: expect.stringContaining('hf:owner/repo:Q4_K_M'),
  })
})
