import { carriedField } from './carry-workflow.ts'
import type { Workflow } from './document.ts'

/** Bytes of the signature and of the header chunk, which stands first in every PNG file. */
const headBytes = 8 + 25

/**
 * A PNG file that carries a workflow in a text chunk, as ComfyUI's do, before its pixels: the beginning of the file is
 * enough to find it.
 */
export function carryInPng(png: Uint8Array, workflow: Workflow): Uint8Array<ArrayBuffer> {
  const chunk = textChunk(carriedField, JSON.stringify(workflow))
  const carrying = new Uint8Array(png.length + chunk.length)
  carrying.set(png.subarray(0, headBytes))
  carrying.set(chunk, headBytes)
  carrying.set(png.subarray(headBytes), headBytes + chunk.length)
  return carrying
}

/** `iTXt`: text in UTF-8, here neither compressed nor translated. */
function textChunk(keyword: string, text: string): Uint8Array {
  const body = new TextEncoder().encode(`iTXt${keyword}\0\0\0\0\0${text}`)
  const chunk = new Uint8Array(body.length + 8)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, body.length - 4)
  chunk.set(body, 4)
  view.setUint32(body.length + 4, crc32(body))
  return chunk
}

/** The checksum of PNG (ISO 3309). */
export function crc32(bytes: Uint8Array): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
