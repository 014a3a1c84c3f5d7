import { writeWhole } from '@woolgather/disk'
import { readFile } from 'node:fs/promises'
import type { HistoryRow } from './job.ts'

/** How far a training has come. */
export interface Checkpoint {
  history: HistoryRow[]
  best: { step: number; loss: number; evaluationLoss: number } | undefined
  /** Every parameter with what the optimiser knows of it, and the parameters that were best. */
  values: readonly Float32Array[]
  bestValues: readonly Float32Array[]
}

interface Header {
  format: 1
  history: HistoryRow[]
  best: Checkpoint['best'] | null
  lengths: number[]
  bestLengths: number[]
}

/** Through a temporary name: one that is there is whole. @throws the file system's error */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const { history, best, values, bestValues } = checkpoint
  const header: Header = {
    format: 1,
    history,
    best: best ?? null,
    lengths: values.map(({ length }) => length),
    bestLengths: bestValues.map(({ length }) => length),
  }
  // Whole words, so that the floats behind it lie where floats may lie.
  const text = Buffer.from(JSON.stringify(header))
  const padded = Buffer.concat([text, Buffer.alloc(-text.length & 3, ' ')])
  const size = Buffer.alloc(4)
  size.writeUInt32LE(padded.length)
  const floats = [...values, ...bestValues].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  )
  await writeWhole(path, Buffer.concat([size, padded, ...floats]))
}

/** Undefined where there is none, or none that can be read: then it begins anew. */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  try {
    const bytes = await readFile(path)
    const length = bytes.readUInt32LE(0)
    const header = JSON.parse(bytes.toString('utf8', 4, 4 + length)) as Header
    const all = [...header.lengths, ...header.bestLengths]
    const floats = new Float32Array(
      bytes.buffer.slice(bytes.byteOffset + 4 + length, bytes.byteOffset + bytes.length),
    )
    if (header.format !== 1 || all.reduce((a, b) => a + b, 0) !== floats.length) return undefined
    let from = 0
    const parts = all.map((size) => floats.slice(from, (from += size)))
    return {
      history: header.history,
      best: header.best ?? undefined,
      values: parts.slice(0, header.lengths.length),
      bestValues: parts.slice(header.lengths.length),
    }
  } catch {
    return undefined
  }
}
