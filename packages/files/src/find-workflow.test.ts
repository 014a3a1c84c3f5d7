import type { Workflow } from '@woolgather/workflow'
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

const workflow: Workflow = {
  format: 'woolgather',
  version: 1,
  name: 'Müller 😀',
  nodes: { text: { type: 'text/text', inputs: { text: 'x' } } },
}

test.each<[string, Buffer]>([
  ['UTF-8', Buffer.from(JSON.stringify(workflow))],
  ['UTF-8 with a mark', Buffer.from(`\uFEFF${JSON.stringify(workflow)}`)],
  ['UTF-16, as editors of Windows save it', Buffer.from(`\uFEFF${JSON.stringify(workflow)}`, 'utf16le')],
])('a workflow is found in %s', async (_, bytes) => {
  expect(await findWorkflow(bytes, { whole: true })).toEqual({ workflow, carrier: 'document' })
})

test('a beginning may end inside a character', async () => {
  const line = JSON.stringify({ row: 0, status: 'completed', workflow })
  const bytes = Buffer.from(`${line}\n{"row":1,"outputs":"ü`)
  expect(await findWorkflow(bytes.subarray(0, -1), { whole: false })).toEqual({ workflow, carrier: 'jsonl' })
})

test('text of another encoding is told with its line and byte', async () => {
  expect(
    (await findWorkflow(Buffer.from('{\n"name":"Müller"}', 'latin1'), { whole: true })).issues,
  ).toMatchObject([{ code: 'invalid-json', message: 'Line 2 is not UTF-8: byte FC at offset 11.' }])
})
