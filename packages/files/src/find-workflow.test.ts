import { expect, test } from 'vitest'
import { findWorkflow } from './find-workflow.ts'

const told = async (bytes: Uint8Array): Promise<string | undefined> =>
  (await findWorkflow(bytes, { whole: true })).issues?.[0]?.message
const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1')

test.each<[string, string]>([
  ['a picture (PNG) with a ComfyUI workflow in it', '\x89PNG\r\n\x1a\n\0\0\0\x09tEXtworkflow\0{}'],
  [
    'a picture (PNG) with a prompt of AUTOMATIC1111 in it',
    '\x89PNG\r\n\x1a\n\0\0\0\x09tEXtparameters\0a cat',
  ],
  ['a picture', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR'],
  ['a picture', '\xff\xd8\xff\xe0\0\x10JFIF'],
  ['a safetensors file', '\x40\0\0\0\0\0\0\0{"__metadata__":{}}'],
  ['a packed file (ZIP, or weights of PyTorch)', 'PK\x03\x04\x14\0'],
])('says that a file is %s', async (what, text) => {
  expect(await told(latin1(text))).toBe(`This is ${what}, not a workflow of Woolgather.`)
})

test('an empty file, and bytes of no known kind, are told as that', async () => {
  expect(await told(new Uint8Array())).toBe('There is nothing in it: it is empty.')
  expect(await told(Uint8Array.of(1, 2, 0xff, 0xfe, 0))).toBe('This is no text.')
})

test('a workflow in UTF-16, as Windows writes what is sent to a file, is read', async () => {
  const document = JSON.stringify({ format: 'woolgather', version: 1, name: 'w', nodes: {} })
  const bytes = Buffer.from(`\uFEFF${document}`, 'utf16le')
  expect(await findWorkflow(bytes, { whole: true })).toMatchObject({ workflow: { name: 'w' } })
})
