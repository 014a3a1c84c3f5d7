import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startModelServer, type ModelServer } from '@woolgather/files/testing/model-server'
import { createGguf } from '@woolgather/gguf'
import { importBytes, type Client, type ModelDownload } from '@woolgather/protocol'
import { carryWorkflow, provenanceKeys, workflowElement, type Workflow } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { script, startTestServer, until } from './testing/start-test-server.ts'

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A GGUF file, its bytes. */
async function gguf(texts: Record<string, string> = {}): Promise<Buffer> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'woolgather-gguf-')), 'x.gguf')
  const entries = Object.entries({ 'general.architecture': 'llama', ...texts })
  const writer = await createGguf(file, {
    metadata: new Map(entries.map(([key, value]) => [key, { type: 'text', value }])),
    tensors: [{ name: 'x', shape: [32], type: 0 }],
  })
  await writer.write('x', new Uint8Array(128))
  await writer.finish()
  return readFileSync(file)
}

const naming = (file: string, more: Partial<Workflow> = {}): Workflow => ({
  ...script('shared'),
  nodes: { model: { type: 'loading/model', inputs: { file } } },
  ...more,
})

describe('importing', () => {
  const carried = script('carried')
  const carriedJson = JSON.stringify(carried)

  test.each([
    ['a document', 'document', JSON.stringify(carried, null, 2)],
    ['a text', 'front-matter', carryWorkflow('Once upon a time.', 'front-matter', carried) as string],
    ['lines of a batch', 'jsonl', `{"row":0,"outputs":{},"workflow":${carriedJson}}\n{"row":1}\n`],
    ['a table of a batch', 'csv', `row,workflow\n0,"${carriedJson.replaceAll('"', '""')}"\n`],
    ['a page', 'html', `<!doctype html><p>${workflowElement(carried, 'html')}`],
    ['a picture in SVG', 'svg', `<svg>${workflowElement(carried, 'svg')}</svg>`],
    ['a result', 'result', JSON.stringify({ workflow: carried, status: 'completed', outputs: {} })],
  ])('%s gives the workflow that made it', async (_, carrier, text) => {
    await using server = await startTestServer()
    expect(await server.connect().ask('importWorkflow', { body: new Blob([text]) })).toEqual({
      workflow: carried,
      carrier,
      missing: { models: [], nodeTypes: [] },
    })
  })

  test('a GGUF file gives it from its beginning', async () => {
    await using server = await startTestServer()
    const bytes = await gguf({ [provenanceKeys.workflow]: carriedJson, 'other.text': 'x'.repeat(1_000) })
    const client = server.connect()
    for (const part of [bytes, bytes.subarray(0, bytes.length - 700)]) {
      expect(await client.ask('importWorkflow', { body: new Blob([Buffer.from(part)]) })).toMatchObject({
        workflow: carried,
        carrier: 'gguf',
      })
    }
  })

  test('of a long result only the beginning is sent', async () => {
    await using server = await startTestServer()
    const text = JSON.stringify({ workflow: carried, outputs: { long: 'é'.repeat(importBytes / 2) } })
    expect(await server.connect().ask('importWorkflow', { body: new Blob([text]) })).toMatchObject({
      workflow: carried,
      carrier: 'result',
    })
  })

  test.each([
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]), 'foreign-file'],
    ['a poem', Buffer.from('Once upon a time.'), 'no-workflow'],
    ['nothing', Buffer.alloc(0), 'no-workflow'],
    ['a broken GGUF file', Buffer.from('GGUF\u0009'), 'file-unreadable'],
    ['a workflow of others', Buffer.from('{"format":"comfy"}'), 'invalid-workflow'],
  ])('%s is refused with the reason', async (_, bytes, code) => {
    await using server = await startTestServer()
    await expect(server.connect().ask('importWorkflow', { body: new Blob([bytes]) })).rejects.toMatchObject({
      code,
    })
  })

  test('a GGUF file without one is refused as such', async () => {
    await using server = await startTestServer()
    const file = new Blob([Buffer.from(await gguf())])
    await expect(server.connect().ask('importWorkflow', { body: file })).rejects.toMatchObject({
      code: 'no-workflow',
    })
  })

  test('what is missing is named: models with where to get them, and types of nodes', async () => {
    await using server = await startTestServer()
    const file = { file: 'big.gguf', sha256: 'ab'.repeat(32), source: 'hf:some/where/big.gguf', bytes: 9 }
    const workflow = naming('big.gguf', { requires: { models: [file] } })
    const { missing } = await server
      .connect()
      .ask('importWorkflow', { body: new Blob([JSON.stringify(workflow)]) })
    expect(missing).toEqual({
      models: [{ ...file, problem: 'absent' }],
      nodeTypes: [{ type: 'loading/model', nodes: ['model'] }],
    })
  })

  test('a model of that name with other contents is not the one that is needed', async () => {
    await using server = await startTestServer()
    const bytes = await gguf()
    mkdirSync(path.join(server.folder, 'models'))
    writeFileSync(path.join(server.folder, 'models', 'small.gguf'), bytes)
    const client = server.connect()
    const problemsOf = async (sha256: string): Promise<string[]> => {
      const workflow = naming('small.gguf', { requires: { models: [{ file: 'small.gguf', sha256 }] } })
      return (
        await client.ask('importWorkflow', { body: new Blob([JSON.stringify(workflow)]) })
      ).missing.models.map(({ problem }) => problem)
    }
    expect([await problemsOf('ab'.repeat(32)), await problemsOf(sha256Of(bytes))]).toEqual([
      ['different'],
      [],
    ])
  })
})

test('a workflow that is saved or given on says which models it needs, with hash, size and source', async () => {
  await using models = await startModelServer()
  await using server = await startTestServer()
  const bytes = await gguf()
  models.files.set('/some/model.gguf', { content: bytes })
  const client = server.connect()
  const { id } = await client.ask('fetchModel', {
    body: { source: `${models.url}/some/model.gguf`, file: 'mine/model.gguf' },
  })
  await until(async () =>
    (await client.ask('downloads')).some((known) => known.id === id && known.state === 'finished'),
  )
  const needed = {
    file: 'mine/model.gguf',
    sha256: sha256Of(bytes),
    source: `${models.url}/some/model.gguf`,
    bytes: bytes.length,
  }
  const saved = await client.ask('saveWorkflow', {
    id: 'shared',
    body: { workflow: naming('mine/model.gguf') },
  })
  expect(saved.workflow.requires).toEqual({ models: [needed] })
  expect((await client.ask('exportWorkflow', { id: 'shared' })).requires).toEqual({ models: [needed] })
  const given = await client.ask('shareWorkflow', { body: naming('mine/model.gguf') })
  expect(given.requires).toEqual({ models: [needed] })
  const other = naming('other.gguf', { requires: saved.workflow.requires })
  const changed = await client.ask('saveWorkflow', {
    id: 'shared',
    body: { workflow: other, revision: saved.revision },
  })
  expect(changed.workflow.requires).toEqual({ models: [{ file: 'other.gguf' }] })
})

describe('a missing model', () => {
  const follow = async (
    models: ModelServer,
    act: (client: Client, source: string) => Promise<void>,
  ): Promise<ModelDownload[]> => {
    await using server = await startTestServer()
    const told: ModelDownload[] = []
    const client = server.connect({ onDownload: (download) => told.push(download) })
    await client.submit(script('end completed'))
    await act(client, `${models.url}/some/model.gguf`)
    await until(() => told.some(({ state }) => state !== 'running'))
    return told
  }

  test('is fetched on request: its progress is told, its hash checked, and it can be used by its name', async () => {
    await using models = await startModelServer()
    const content = Buffer.concat([await gguf(), Buffer.alloc(3_000_000)])
    models.files.set('/some/model.gguf', { content })
    const sha256 = sha256Of(content)
    let listed: string[] = []
    const told = await follow(models, async (client, source) => {
      const first = await client.ask('fetchModel', { body: { source, file: 'people/nice.gguf', sha256 } })
      expect(first).toMatchObject({ file: 'people/nice.gguf', state: 'running', done: 0 })
      // Asked twice, it is fetched once.
      await client.ask('fetchModel', { body: { source, file: 'people/nice.gguf', sha256 } })
      await until(async () => (listed = (await client.ask('models')).map(({ file }) => file)).length > 0)
    })
    expect(told.at(-1)).toMatchObject({
      file: 'people/nice.gguf',
      state: 'finished',
      done: content.length,
      total: content.length,
      sha256,
    })
    expect(new Set(told.map(({ id }) => id)).size).toBe(1)
    expect(listed).toEqual(['people/nice.gguf'])
    expect(models.requests.map(({ method }) => method)).toEqual(['GET'])
  })

  test('with another hash than was asked for is not kept', async () => {
    await using models = await startModelServer()
    models.files.set('/some/model.gguf', { content: await gguf() })
    const told = await follow(models, async (client, source) => {
      await client.ask('fetchModel', { body: { source, sha256: 'ab'.repeat(32) } })
      await until(async () => (await client.ask('downloads'))[0]?.state === 'failed')
      expect(await client.ask('models')).toEqual([])
    })
    expect(told.at(-1)).toMatchObject({ state: 'failed', error: { code: 'checksum-mismatch' } })
  })

  test('whose name another file has is refused with a free name; saved beside or in its place where that is asked for', async () => {
    await using models = await startModelServer()
    await using server = await startTestServer()
    models.files.set('/some/model.gguf', { content: await gguf() })
    const mine = path.join(server.folder, 'models', 'near', 'model.gguf')
    mkdirSync(path.dirname(mine), { recursive: true })
    writeFileSync(mine, 'GGUF of my own')
    const client = server.connect()
    const sha256 = sha256Of(await gguf())
    const file = 'near/model.gguf'
    const fetched = async (existing?: 'beside' | 'replace'): Promise<ModelDownload | undefined> => {
      const body = { source: `${models.url}/some/model.gguf`, file, sha256, existing }
      const { id } = await client.ask('fetchModel', { body })
      let download: ModelDownload | undefined
      await until(async () => {
        download = (await client.ask('downloads')).find((known) => known.id === id)
        return download?.state !== 'running'
      })
      return download
    }
    expect(await fetched()).toMatchObject({
      state: 'failed',
      error: { code: 'file-exists' },
      conflict: { file, beside: 'near/model-2.gguf' },
    })
    expect(await fetched('beside')).toMatchObject({
      state: 'finished',
      asked: file,
      file: 'near/model-2.gguf',
      sha256,
    })
    expect(readFileSync(mine, 'utf8')).toBe('GGUF of my own')
    expect(await fetched('replace')).toMatchObject({ state: 'finished', asked: file, file, sha256 })
    expect(sha256Of(readFileSync(mine))).toBe(sha256)
  })

  test('can be given up while it is fetched', async () => {
    await using models = await startModelServer()
    models.files.set('/some/model.gguf', { content: await gguf(), stalls: true })
    const told = await follow(models, async (client, source) => {
      const { id } = await client.ask('fetchModel', { body: { source } })
      await client.ask('cancelDownload', { id })
      await expect(client.ask('cancelDownload', { id: 'none' })).rejects.toMatchObject({ code: 'not-found' })
    })
    expect(told.at(-1)).toMatchObject({ state: 'cancelled' })
  })

  test.each([
    ['no address', { source: 'model.gguf' }, 'download-failed'],
    ['a plain one', { source: 'http://example.com/model.gguf' }, 'download-failed'],
    ['a file of this machine', { source: 'file:///etc/passwd' }, 'download-failed'],
    ['a name that is no model', { source: 'hf:a/b/c.gguf', file: 'script.sh' }, 'protocol'],
    ['no hash', { source: 'hf:a/b/c.gguf', sha256: 'abc' }, 'protocol'],
  ])('is not fetched from %s', async (_, request, code) => {
    await using server = await startTestServer()
    await expect(server.connect().ask('fetchModel', { body: request })).rejects.toMatchObject({ code })
  })

  test.each(['../outside.gguf', '/tmp/outside.gguf', 'link/outside.gguf'])(
    'is not written outside the models folder, to %s',
    async (file) => {
      await using models = await startModelServer()
      models.files.set('/some/model.gguf', { content: await gguf() })
      await using server = await startTestServer()
      mkdirSync(path.join(server.folder, 'models'))
      symlinkSync(tmpdir(), path.join(server.folder, 'models', 'link'))
      const client = server.connect()
      await client.ask('fetchModel', { body: { source: `${models.url}/some/model.gguf`, file } })
      await until(async () => (await client.ask('downloads'))[0]?.state === 'failed')
      expect((await client.ask('downloads'))[0]?.error?.code).toBe('file-outside-folders')
    },
  )
})
