import { open, type FileHandle } from 'node:fs/promises'
import { writeAll, writeWhole } from '@woolgather/disk'
import type { TableFormat } from './read-rows.ts'
import { readCsvRow, readJsonLine } from './result-line.ts'
import { scanRecords } from './scan-records.ts'

/** Bytes of a file from `start` to before `end`. */
interface Piece {
  start: number
  end: number
}

/**
 * Rewrites a file of results so that each of these rows has one line: the last, in the place of the first. Whatever
 * happens meanwhile, the file is there with all its lines.
 */
export async function dropRepeated(
  file: string,
  format: TableFormat,
  repeated: ReadonlySet<number>,
): Promise<void> {
  const pieces = await findPieces(file, format, repeated)
  await writeWhole(file, async (target) => {
    const source = await open(file)
    try {
      for (const piece of pieces) await copy(source, target, piece)
    } finally {
      await source.close()
    }
  })
}

async function findPieces(
  file: string,
  format: TableFormat,
  repeated: ReadonlySet<number>,
): Promise<Piece[]> {
  const pieces: Piece[] = []
  const places = new Map<number, Piece>()
  let run: Piece | undefined
  for await (const { bytes, start, end } of scanRecords(file, format)) {
    const row = rowOf(bytes.toString('utf8'), format)
    if (row === undefined || !repeated.has(row)) {
      if (run === undefined) pieces.push((run = { start, end }))
      else run.end = end
      continue
    }
    run = undefined
    const place = places.get(row)
    if (place !== undefined) Object.assign(place, { start, end })
    else {
      const first = { start, end }
      places.set(row, first)
      pieces.push(first)
    }
  }
  return pieces
}

function rowOf(text: string, format: TableFormat): number | undefined {
  return format === 'jsonl' ? readJsonLine(text)?.row : Number(readCsvRow(text)[0])
}

async function copy(source: FileHandle, target: FileHandle, { start, end }: Piece): Promise<void> {
  const buffer = Buffer.alloc(Math.min(end - start, 1_048_576))
  for (let at = start; at < end;) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, end - at), at)
    if (bytesRead === 0) throw new Error('it became shorter meanwhile')
    await writeAll(target, buffer.subarray(0, bytesRead))
    at += bytesRead
  }
}
