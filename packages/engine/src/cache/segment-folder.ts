import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  truncateSync,
  unlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { PlaceIndex, type Place } from './place-index.ts'
import { decodeRecord, encodeRecord, headerBytes, keyOf, scanRecords } from './segment-file.ts'

interface Segment {
  /** Above 0; each has another. */
  number: number
  name: string
  /** Bytes in the file, and up to where its records are known. */
  bytes: number
  scanned: number
  file: number | undefined
}

const suffix = '.cache'

/** Files above which small ones are put together, and how long a file must have been left alone for that. */
const mostFiles = 64
const idleMs = 600_000

/**
 * A folder of append-only files bounded in bytes. Each process writes files of its own and reads everyone's; the file
 * begun longest ago goes first, and what is read out of an old file is written to the newest again, so that what is
 * in use stays.
 */
export class SegmentFolder {
  readonly #folder: string
  readonly #maxBytes: number
  readonly #segments = new Map<string, Segment>()
  readonly #numbered = new Map<number, Segment>()
  readonly #places = new PlaceIndex()
  readonly #onDamaged: (path: string) => void
  #current: Segment | undefined
  #segmentsBegun = 0

  /** @param onDamaged told of a file that is not what was written; what was in it is not there */
  constructor(folder: string, maxBytes: number, onDamaged: (path: string) => void) {
    this.#folder = folder
    this.#maxBytes = maxBytes
    this.#onDamaged = onDamaged
    mkdirSync(folder, { recursive: true })
    this.refresh()
    this.#compact()
  }

  get bytes(): number {
    let bytes = 0
    for (const segment of this.#segments.values()) bytes += segment.bytes
    return bytes
  }

  /** Takes in what other processes wrote, and lets go of what they removed. */
  refresh(): void {
    const names = readdirSync(this.#folder).filter((name) => name.endsWith(suffix))
    const present = new Set(names)
    for (const name of this.#segments.keys()) if (!present.has(name)) this.#forget(name)
    for (const name of names.sort()) this.#scan(name)
    this.#evict()
  }

  read(key: string): Buffer | undefined {
    const place = this.#places.get(key)
    if (place === undefined) return undefined
    const segment = this.#numbered.get(place.segment) as Segment
    const record = this.#readPlace(place)
    const payload = record && decodeRecord(record, key)
    if (payload === undefined) {
      this.#places.delete(key)
      this.#onDamaged(join(this.#folder, segment.name))
    }
    if (payload !== undefined && this.#isOld(segment)) this.write([{ key, payload }])
    return payload
  }

  /** Adds records with one write. */
  write(records: readonly { key: string; payload: Buffer }[]): void {
    if (records.length === 0) return
    const segment = this.#writable()
    const encoded = records.map(({ key, payload }) => encodeRecord(key, payload))
    this.#append(segment, Buffer.concat(encoded))
    records.forEach(({ key, payload }) => {
      this.#places.set(key, { segment: segment.number, offset: segment.bytes, length: payload.length })
      segment.bytes += headerBytes + payload.length
    })
    segment.scanned = segment.bytes
    this.#evict()
  }

  /** All of it or nothing: readers find no record behind one that was cut short, where the disk was full. */
  #append(segment: Segment, bytes: Buffer): void {
    const path = join(this.#folder, segment.name)
    try {
      appendFileSync(path, bytes)
    } catch (error) {
      truncateSync(path, segment.bytes)
      throw error
    }
  }

  close(): void {
    for (const name of [...this.#segments.keys()]) this.#forget(name)
    this.#current = undefined
  }

  #writable(): Segment {
    if (this.#current !== undefined && this.#current.bytes < this.#maxBytes / 8) return this.#current
    // names sort by when they were begun
    const name = `${String(Date.now()).padStart(14, '0')}-${randomBytes(6).toString('hex')}${suffix}`
    this.#current = this.#begin(name)
    this.#note(this.#current)
    return this.#current
  }

  #begin(name: string): Segment {
    return { number: ++this.#segmentsBegun, name, bytes: 0, scanned: 0, file: undefined }
  }

  #note(segment: Segment): void {
    this.#segments.set(segment.name, segment)
    this.#numbered.set(segment.number, segment)
  }

  #scan(name: string): void {
    const path = join(this.#folder, name)
    const segment = this.#segments.get(name) ?? this.#begin(name)
    if (segment === this.#current) return
    try {
      const found = statSync(path)
      // opening a pipe would wait for whoever writes to it
      if (!found.isFile()) throw new Error('not a file')
      if (this.#segments.has(name) && found.size === segment.bytes) return
      const { records, end, bytes, damaged } = scanRecords(path, segment.scanned)
      if (damaged) this.#onDamaged(path)
      for (const { key, offset, length } of records)
        this.#places.set(key, { segment: segment.number, offset, length })
      segment.scanned = end
      segment.bytes = bytes
      this.#note(segment)
    } catch (error) {
      // removed by another process in between, or unreadable: nothing of it is known
      this.#forget(name)
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#onDamaged(path)
    }
  }

  /** A record as it lies there, whole or damaged. */
  #readPlace({ segment: number, offset, length }: Place): Buffer | undefined {
    const segment = this.#numbered.get(number) as Segment
    try {
      segment.file ??= openSync(join(this.#folder, segment.name), 'r')
      const record = Buffer.alloc(headerBytes + length)
      return readSync(segment.file, record, 0, record.length, offset) === record.length ? record : undefined
    } catch {
      return undefined
    }
  }

  #isOld(segment: Segment): boolean {
    const names = [...this.#segments.keys()]
    return segment !== this.#current && names.indexOf(segment.name) < names.length / 2 - 1
  }

  #evict(): void {
    let { bytes } = this
    for (const [name, segment] of [...this.#segments].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (bytes <= this.#maxBytes) return
      if (segment === this.#current) continue
      bytes -= segment.bytes
      this.#remove(name)
    }
  }

  /** Every process leaves a file: where there are many, small ones nobody writes to become one. */
  #compact(): void {
    if (this.#segments.size <= mostFiles) return
    const before = Date.now() - idleMs
    const small = [...this.#segments.values()].filter((segment) => segment.bytes < this.#maxBytes / mostFiles)
    const idle = small.filter(({ name }) => modified(join(this.#folder, name)) < before)
    const numbers = new Set(idle.map(({ number }) => number))
    const records: { key: string; payload: Buffer }[] = []
    for (const place of this.#places.places()) {
      const record = numbers.has(place.segment) ? this.#readPlace(place) : undefined
      if (record === undefined) continue
      const key = keyOf(record)
      const payload = decodeRecord(record, key)
      if (payload !== undefined) records.push({ key, payload })
    }
    this.write(records)
    for (const { name } of idle) this.#remove(name)
  }

  #remove(name: string): void {
    this.#forget(name)
    try {
      unlinkSync(join(this.#folder, name))
    } catch {
      // another process was first
    }
  }

  #forget(name: string): void {
    const segment = this.#segments.get(name)
    if (segment === undefined) return
    this.#segments.delete(name)
    if (segment.file !== undefined) closeSync(segment.file)
    segment.file = undefined
    this.#numbered.delete(segment.number)
    this.#places.deleteSegment(segment.number)
  }
}

/** When a file was last written; never, where it is gone. */
function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
