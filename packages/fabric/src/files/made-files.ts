import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { writeAll } from '@woolgather/disk'
import { schemaOf } from '@woolgather/workflow'
import { z } from 'zod'
import { asJson } from '../cells/hash.ts'
import type { Fabric, Lease } from '../interface/fabric.ts'

/** A file that a worker made, for others that are asked for the same: where its bytes lie, and what was noted of it. */
export interface MadeFile {
  bytes: number
  sha256: string
  /** Artifacts that are its bytes, one after another; none where it is too large to be kept. */
  parts: string[]
  /** What in it is otherwise than was asked, as sentences. */
  notes: string[]
}

/** Bytes of a part: little to hold in memory, few to ask for. */
const partBytes = 8_388_608
/** More than the largest file that anybody keeps. */
const mostParts = 65_536

const madeFileSchema = schemaOf<MadeFile>()(
  z.object({
    bytes: z.int().nonnegative(),
    sha256: z.string(),
    parts: z.array(z.string().max(200)).max(mostParts),
    notes: z.array(z.string()),
  }),
)

export async function findMade(fabric: Fabric, name: string): Promise<MadeFile | undefined> {
  return madeFileSchema.safeParse(await fabric.results.get(addressOf(name))).data
}

/** Keeps a file under a name, unless it is larger than that; then only that it was made. */
export async function keepMade(
  fabric: Fabric,
  {
    name,
    file,
    notes,
    mostBytes,
  }: { name: string; file: string; notes: readonly string[]; mostBytes: number },
): Promise<void> {
  await using handle = await open(file)
  const { size } = await handle.stat()
  const hash = createHash('sha256')
  const parts: string[] = []
  if (size <= mostBytes) {
    let read = 0
    const inParts: AsyncIterable<Buffer> = handle.createReadStream({ highWaterMark: partBytes })
    for await (const bytes of inParts) {
      hash.update(bytes)
      parts.push(await fabric.artifacts.put(bytes))
      read += bytes.length
    }
    if (read !== size) throw new Error(`${file} changed while it was kept: ${read} of ${size} bytes.`)
  }
  const made: MadeFile = { bytes: size, sha256: hash.digest('hex'), parts, notes: [...notes] }
  await fabric.results.putIfAbsent(addressOf(name), asJson(made))
}

/** Writes a file that another made. @returns false where it is not there any more, or not whole */
export async function fetchMade(
  fabric: Fabric,
  { parts, sha256, bytes }: MadeFile,
  target: string,
  signal: AbortSignal,
): Promise<boolean> {
  await using handle = await open(target, 'w')
  const hash = createHash('sha256')
  let written = 0
  for (const part of parts) {
    signal.throwIfAborted()
    const found = await fabric.artifacts.get(part)
    if (found === undefined) return false
    hash.update(found)
    await writeAll(handle, found)
    written += found.length
  }
  await handle.sync()
  return written === bytes && hash.digest('hex') === sha256
}

/** A line of its own for each name, whose lease is the right to make it. */
const lineOf = (name: string): string => `${claimPrefix}${inLetters(name)}`
const claimPrefix = 'make-'

/** Whether a line is not of cells. */
export function isClaim({ queue }: { queue: string }): boolean {
  return queue.startsWith(claimPrefix)
}

/** The right to make what has this name, of which there is one; it is lost when it is not beaten. */
export async function claimMaking(fabric: Fabric, name: string): Promise<Lease | undefined> {
  const line = lineOf(name)
  await fabric.offer({ id: line, queue: line, interactive: true, run: 'making', body: null })
  return fabric.take([line])
}

function addressOf(name: string): string {
  return `made-${inLetters(name)}`
}

/** Names of lines and results have no dots. */
function inLetters(name: string): string {
  return name.replaceAll('.', '-')
}
