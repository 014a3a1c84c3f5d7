import { carryInPng, type Workflow } from '@woolgather/workflow'
import { crc32, deflateSync, inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { placesAt } from '../../run/read-canvas.ts'
import { animatePng } from './animate-png.ts'
import { drawCanvas } from './draw-canvas.ts'

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}

/** One grey pixel. */
function still(grey: number): Uint8Array {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
  const pixels = deflateSync(Buffer.from([0, grey]))
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunksOf(png: Uint8Array): { type: string; data: Buffer }[] {
  const bytes = Buffer.from(png)
  const found: { type: string; data: Buffer }[] = []
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const body = bytes.subarray(at + 4, at + 8 + length)
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(body))
    found.push({ type: body.toString('latin1', 0, 4), data: body.subarray(4) })
    at += length + 12
  }
  return found
}

test('stills become frames in their order, each with its time, and the file may carry its workflow', () => {
  const film = animatePng([still(10), still(20), still(30)], [40, 40, 2500])
  const workflow: Workflow = { format: 'woolgather', version: 1, name: 'film', nodes: {} }
  const chunks = chunksOf(carryInPng(film, workflow))
  expect(chunks.map(({ type }) => type)).toEqual([
    'IHDR',
    'iTXt',
    'acTL',
    'fcTL',
    'IDAT',
    'fcTL',
    'fdAT',
    'fcTL',
    'fdAT',
    'IEND',
  ])
  const controls = chunks.filter(({ type }) => type === 'fcTL')
  expect(controls.map(({ data }) => data.readUInt16BE(20))).toEqual([40, 40, 2500])
  const data = chunks.filter(({ type }) => type === 'fdAT')
  expect([...controls, ...data].map((one) => one.data.readUInt32BE(0)).toSorted((a, b) => a - b)).toEqual([
    0, 1, 2, 3, 4,
  ])
  expect(data.map((one) => inflateSync(one.data.subarray(4))[1])).toEqual([20, 30])
})

test('a frame is laid out by what comes out in the end, so that nothing moves', () => {
  const tokens = [
    { text: 'Once', probability: 0.9, step: 2 },
    { text: ' upon <b>', probability: 0.1, step: 1 },
  ]
  const titled = { title: 'Story', caption: '', workflow: undefined }
  const final = tokens.map(({ text }) => text)
  const frame = (step: number): string =>
    drawCanvas(titled, { places: placesAt(tokens, step), final, step }, (text) => text.length * 7).svg
  expect(frame(0)).not.toContain('Once')
  expect(frame(1)).toContain(' upon &lt;b&gt;')
  const at = / x="28" y="18"[^>]*> upon/
  expect(frame(1)).toMatch(at)
  expect(frame(2)).toMatch(at)
})
