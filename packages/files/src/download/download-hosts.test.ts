import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDownloadHosts, type DownloadHosts } from './download-hosts.ts'

let folder: string
let hosts: DownloadHosts
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-hosts-'))
  hosts = openDownloadHosts({ data: path.join(folder, 'data'), models: [path.join(folder, 'models')] })
})
afterEach(() => rm(folder, { recursive: true }))

const put = async (file: string, text = ''): Promise<void> => {
  await mkdir(path.dirname(path.join(folder, file)), { recursive: true })
  await writeFile(path.join(folder, file), text)
}

test.each([
  ['https://Example.com/a.gguf', 'example.com'],
  ['https://example.com:8443/a.gguf', 'example.com:8443'],
  ['http://127.0.0.1:99/a.gguf', '127.0.0.1:99'],
  ['https://huggingface.co.example.com/a.gguf', 'huggingface.co.example.com'],
])('%s has to be allowed, as %s, and is asked once', async (address, host) => {
  expect(hosts.unasked(address)).toBe(host)
  await hosts.allow(host)
  expect(hosts.unasked(address)).toBeUndefined()
  const others = openDownloadHosts({ data: path.join(folder, 'data'), models: [] })
  expect(others.unasked(address)).toBeUndefined()
  expect(await hosts.forget(host)).toBe(true)
  expect(await hosts.forget(host)).toBe(false)
  expect(hosts.unasked(address)).toBe(host)
})

test.each([
  'hf:owner/repo/file.gguf',
  'hf:owner/repo:Q4_K_M',
  'https://huggingface.co/owner/repo/resolve/main/file.gguf',
  'demo/storyteller.gguf',
  'ftp://example.com/a.gguf',
])('nobody is asked about %s', (address) => {
  expect(hosts.unasked(address)).toBeUndefined()
})

test('allowing one host allows no other, nor another port of it', async () => {
  await hosts.allow('example.com')
  expect(hosts.unasked('https://www.example.com/a.gguf')).toBe('www.example.com')
  expect(hosts.unasked('https://example.com:8443/a.gguf')).toBe('example.com:8443')
})

test('what is here already is not asked for, and where something came from before nobody asks again', async () => {
  await put('models/example.com/here.gguf')
  expect(hosts.unasked('https://example.com/here.gguf')).toBeUndefined()
  expect(hosts.unasked('https://example.com/other.gguf')).toBe('example.com')
  await put('models/example.com/deep/old.gguf.download.json', '{}')
  expect(hosts.unasked('https://example.com/other.gguf')).toBeUndefined()
})

test('a list that cannot be read allows nothing, and can be begun again', async () => {
  await put('data/download-hosts.json', '{"hosts": "example.com"')
  expect(hosts.unasked('https://example.com/a.gguf')).toBe('example.com')
  await hosts.allow('example.com')
  expect(hosts.list()).toEqual(['example.com'])
})

test.each(['', 'a b', 'https://', 'me:secret@example.com'])('“%s” is no host', async (written) => {
  await expect(hosts.allow(written)).rejects.toMatchObject({ code: 'invalid-input' })
})
