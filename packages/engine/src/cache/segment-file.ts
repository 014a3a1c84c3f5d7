import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/**
 * A cache file is a row of records, each: magic (4 bytes), length of the payload (4, little endian), key (32),
 * the first 16 bytes of sha256(key + payload), payload. Records are only ever added at the end, by the one process
 * that made the file, so readers need no lock: what is half-written is not there yet.
 */
export const headerBytes = 56
const magic = 0x31434757
/** A longer payload is a damaged length. */
const longestPayload = 268_435_456
const chunkBytes = 1_048_576

export interface RecordPlace {
  /** Hexadecimal. */
  key: string
  offset: number
  /** Bytes of the payload. */
  length: number
}

export function encodeRecord(key: string, payload: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.writeUInt32LE(magic, 0)
  header.writeUInt32LE(payload.length, 4)
  header.write(key, 8, 32, 'hex')
  checksum(header.subarray(8, 40), payload).copy(header, 40)
  return Buffer.concat([header, payload])
}

/** The key that a record says it has. */
export function keyOf(record: Buffer): string {
  return record.toString('hex', 8, 40)
}

/** The payload of a record, or undefined where it is not what was written. */
export function decodeRecord(record: Buffer, key: string): Buffer | undefined {
  if (record.length < headerBytes || record.readUInt32LE(0) !== magic) return undefined
  const payload = record.subarray(headerBytes)
  if (record.readUInt32LE(4) !== payload.length || keyOf(record) !== key) return undefined
  return checksum(record.subarray(8, 40), payload).equals(record.subarray(40, headerBytes))
    ? payload
    : undefined
}

function checksum(key: Buffer, payload: Buffer): Buffer {
  return createHash('sha256').update(key).update(payload).digest().subarray(0, 16)
}

/**
 * Finds the records of a file from `offset` on, reading little but headers; `end` is where the next one would begin.
 * `damaged`: what is there is no record, and not only one that is still being written.
 */
export function scanRecords(
  path: string,
  offset: number,
): { records: RecordPlace[]; end: number; bytes: number; damaged: boolean } {
  const file = openSync(path, 'r')
  try {
    const bytes = fstatSync(file).size
    const records: RecordPlace[] = []
    const chunk = Buffer.alloc(Math.min(chunkBytes, Math.max(headerBytes, bytes - offset)))
    let end = offset
    let damaged = false
    let held = { from: 0, to: 0 }
    while (end + headerBytes <= bytes) {
      if (end < held.from || end + headerBytes > held.to) {
        const read = readSync(file, chunk, 0, chunk.length, end)
        held = { from: end, to: end + read }
        if (read < headerBytes) break
      }
      const at = end - held.from
      const length = chunk.readUInt32LE(at + 4)
      // a damaged header hides what follows it: those records are misses
      damaged = chunk.readUInt32LE(at) !== magic || length > longestPayload
      if (damaged) break
      if (end + headerBytes + length > bytes) break
      records.push({ key: chunk.toString('hex', at + 8, at + 40), offset: end, length })
      end += headerBytes + length
    }
    return { records, end, bytes, damaged }
  } finally {
    closeSync(file)
  }
}
