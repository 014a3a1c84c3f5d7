import { deflateSync } from 'node:zlib'
import { carryInPng, documentLimits, type Workflow } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
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

describe('of a picture', () => {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const head = Buffer.alloc(4)
    head.writeUInt32BE(data.length)
    return Buffer.concat([head, Buffer.from(type), data, Buffer.alloc(4)])
  }
  const png = (...chunks: Buffer[]): Buffer =>
    Buffer.concat([
      latin1('\x89PNG\r\n\x1a\n'),
      chunk('IHDR', new Uint8Array(13)),
      ...chunks,
      chunk('IDAT', new Uint8Array(50)),
      chunk('IEND', new Uint8Array()),
    ])
  const json = JSON.stringify(workflow)
  const keyword = (rest: string): Buffer => Buffer.from(`workflow\0${rest}`)

  test('the workflow is found where it was put, from the beginning on', async () => {
    const carrying = carryInPng(png(), workflow)
    expect(await findWorkflow(carrying, { whole: true })).toEqual({ workflow, carrier: 'png' })
    expect(await findWorkflow(carrying.subarray(0, -40), { whole: false })).toEqual({
      workflow,
      carrier: 'png',
    })
    expect(carrying.length).toBe(png().length + Buffer.byteLength(json) + 'workflow'.length + 5 + 12)
  })

  test.each<[string, Buffer]>([
    [
      'packed, as some programs save it again',
      chunk('iTXt', Buffer.concat([keyword('\x01\0en\0\0'), deflateSync(json)])),
    ],
    [
      'behind other text',
      Buffer.concat([chunk('tEXt', Buffer.from('Software\0x')), chunk('iTXt', keyword(`\0\0\0\0${json}`))]),
    ],
  ])('it is found %s', async (_, text) => {
    expect(await findWorkflow(png(text), { whole: true })).toEqual({ workflow, carrier: 'png' })
  })

  test.each<[string, Buffer, string]>([
    [
      'of ComfyUI',
      chunk('tEXt', keyword('{"nodes":[]}')),
      'This is a picture (PNG) with a ComfyUI workflow in it, not a workflow of Woolgather.',
    ],
    [
      'with text that unpacks without end',
      chunk('zTXt', Buffer.concat([keyword('\0'), deflateSync(Buffer.alloc(documentLimits.bytes + 1))])),
      'The workflow in this picture is larger than the 16 MiB that one may have.',
    ],
    ['that is damaged', chunk('zTXt', keyword('\0nonsense')), 'The workflow in this picture is damaged.'],
    [
      'of a newer version',
      chunk('iTXt', keyword(`\0\0\0\0${json.replace('"version":1', '"version":9')}`)),
      'version 9',
    ],
    [
      'whose chunk is longer than the file',
      Buffer.from('7fffffff69545874', 'hex'),
      'This is a picture, not a workflow of Woolgather.',
    ],
  ])('one %s is refused with the reason', async (_, text, message) => {
    expect(await told(png(text))).toContain(message)
  })
})
