import { createReadStream } from 'node:fs'
import type { TableFormat } from './read-rows.ts'

/** A line of a file of results, or in CSV a row, which quotes may make several lines long. Places are in bytes. */
export interface ScannedRecord {
  bytes: Buffer
  start: number
  end: number
  /** Whether a line break ends it. The last one of a file that a kill cut short has none. */
  whole: boolean
}

/** Longer than any line of a batch; what is, is another file. */
const longestRecord = 268_435_456

const lineBreak = 0x0a
const quote = 0x22

/** Records of a file, read as they are asked for. @throws RangeError where one is longer than lines of a batch are */
export async function* scanRecords(file: string, format: TableFormat): AsyncGenerator<ScannedRecord> {
  let rest: Buffer = Buffer.alloc(0)
  let start = 0
  /** Of the record that is being read: bytes whose quotes are counted, and whether the last quote opened a field. */
  let counted = 0
  let open = false
  for await (const chunk of createReadStream(file, { highWaterMark: 1_048_576 })) {
    let searched = rest.length
    let bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    for (let at = bytes.indexOf(lineBreak, searched); at !== -1; at = bytes.indexOf(lineBreak, searched)) {
      searched = at + 1
      if (format === 'csv') open = open !== hasOddQuotes(bytes.subarray(counted, searched))
      counted = searched
      if (open) continue
      yield { bytes: bytes.subarray(0, searched), start, end: (start += searched), whole: true }
      bytes = bytes.subarray(searched)
      searched = counted = 0
    }
    rest = bytes
    if (rest.length > longestRecord) throw new RangeError('a line is too long')
  }
  if (rest.length > 0) yield { bytes: rest, start, end: start + rest.length, whole: false }
}

function hasOddQuotes(bytes: Buffer): boolean {
  let odd = false
  for (let at = bytes.indexOf(quote); at !== -1; at = bytes.indexOf(quote, at + 1)) odd = !odd
  return odd
}
