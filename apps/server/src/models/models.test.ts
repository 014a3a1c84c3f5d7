import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startModelServer } from '@woolgather/files/testing/model-server'
import { AnswerError } from '@woolgather/protocol'
import { expect, test, vi } from 'vitest'
import { startTestServer, until } from '../testing/start-test-server.ts'
import { recommend } from './recommend.ts'

const demo = (name: string): string => fileURLToPath(new URL(`../../../../models/demo/${name}`, import.meta.url))
const pirate = readFileSync(demo('pirate.lora.gguf'))

const refusal = (code: string): unknown =>
  expect.toSatisfy((error: unknown) => error instanceof AnswerError && error.code === code)

test('a file that is sent is added under a free name once it is whole and a model, and nothing else is', async () => {
  await using server = await startTestServer()
  const client = server.connect()
  const send = (name: string, bytes: Uint8Array<ArrayBuffer>) =>
    client.ask('addModel', { query: { name }, body: new Blob([bytes]) })
  expect(await send('mein Pirat.gguf', pirate)).toMatchObject({ file: 'mein Pirat.gguf', bytes: pirate.length })
  expect((await send('mein Pirat.gguf', pirate)).file).toBe('mein Pirat-2.gguf')
  await expect(send('cut.gguf', pirate.subarray(0, -100))).rejects.toEqual(refusal('model-unreadable'))
  await expect(send('page.gguf', Buffer.from('<html>'))).rejects.toEqual(refusal('model-unreadable'))
  for (const name of ['../out.gguf', 'a/b.gguf', '.gguf', '.hidden.gguf', 'table.csv', 'a\0.gguf'])
    await expect(send(name, pirate)).rejects.toEqual(refusal('protocol'))
  const { length } = await client.ask('models')
  expect(length).toBe(2)
})

test('what was downloaded can be deleted, and nothing else', async () => {
  await using hub = await startModelServer()
  hub.files.set('/far.gguf', { content: pirate })
  await using server = await startTestServer()
  const client = server.connect()
  const folder = path.join(server.folder, 'models')
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'mine.gguf'), pirate)
  const source = `${hub.url}/far.gguf`
  await client.ask('fetchModel', { body: { source, file: 'got.gguf' } })
  await until(async () => (await client.ask('downloads'))[0]?.state === 'finished')
  const found = await client.ask('models')
  expect(found.map(({ file, downloadedFrom }) => [file, downloadedFrom])).toEqual([
    ['got.gguf', source],
    ['mine.gguf', undefined],
  ])
  await client.ask('deleteModel', { query: { file: 'got.gguf' } })
  await expect(client.ask('deleteModel', { query: { file: 'mine.gguf' } })).rejects.toEqual(refusal('file-exists'))
  await expect(client.ask('deleteModel', { query: { file: '../x.gguf' } })).rejects.toEqual(
    refusal('file-outside-folders'),
  )
  expect((await client.ask('models')).map(({ file }) => file)).toEqual(['mine.gguf'])
  expect(existsSync(path.join(folder, 'got.gguf.download.json'))).toBe(false)
})

test('a path of this machine is used where it lies, if it is a model and who asks sits there', async () => {
  await using server = await startTestServer()
  const client = server.connect()
  const choose = (place: string) => client.ask('chooseModel', { body: { path: place } })
  expect(await choose(` "${demo('pirate.lora.gguf')}" `)).toEqual({ file: 'pirate.lora.gguf' })
  expect(await choose(`file://${demo('pirate.lora.gguf')}`)).toEqual({ file: 'pirate.lora.gguf' })
  expect(await client.ask('models')).toMatchObject([{ file: 'pirate.lora.gguf', source: 'chosen', kind: 'lora' }])
  await expect(choose('/no/such.gguf')).rejects.toEqual(refusal('file-not-found'))
  await expect(choose('relative.gguf')).rejects.toEqual(refusal('protocol'))
  await expect(choose(fileURLToPath(import.meta.url))).rejects.toEqual(refusal('model-unreadable'))
  const asked = await fetch(`${server.url}/api/models/chosen`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' },
    body: JSON.stringify({ path: demo('storyteller.gguf') }),
  })
  expect(asked.status).toBe(403)
  await client.ask('forgetModel', { query: { file: 'pirate.lora.gguf' } })
  expect(await client.ask('models')).toEqual([])
  // As a browser’s address bar has it.
  const spaced = path.join(server.folder, 'mine, 100% größer.gguf')
  writeFileSync(spaced, pirate)
  expect(await choose(pathToFileURL(spaced).href)).toEqual({ file: path.basename(spaced) })
  expect(existsSync(demo('pirate.lora.gguf'))).toBe(true)
})

test('of a repository the best quantisation is recommended that leaves room, or else the smallest that fits', () => {
  const files = [
    ['Q2_K', 4],
    ['Q4_K_M', 6],
    ['Q8_0', 10],
    ['F16', 18],
  ].map(([quantization, bytes]) => ({
    source: `hf:me/story/${quantization}.gguf`,
    file: `${quantization}.gguf`,
    quantization: String(quantization),
    bytes: Number(bytes),
    parts: 1,
  }))
  const at = (limit: number) => recommend(files, limit).find(({ recommended }) => recommended)?.quantization
  expect([at(100), at(16), at(5), at(3)]).toEqual(['Q8_0', 'Q4_K_M', 'Q2_K', undefined])
  expect(recommend(files, 7).map(({ fits }) => fits)).toEqual([true, true, false, false])
})

test('the machine is told with its folders and their room', async () => {
  vi.stubEnv('OLLAMA_MODELS', '/none')
  await using server = await startTestServer()
  vi.unstubAllEnvs()
  const machine = await server.connect().ask('machine')
  expect(machine.local).toBe(true)
  expect(machine.folders.map(({ what }) => what)).toEqual(['models', 'output', 'data'])
  for (const { free } of machine.folders) expect(free).toBeGreaterThan(0)
  expect(machine.memory.models).toBeLessThanOrEqual(machine.memory.total)
})
