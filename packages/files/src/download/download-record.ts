import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from '@woolgather/disk'
import { z } from 'zod'

const recordSchema = z.object({
  uri: z.string(),
  bytes: z.number(),
  modified: z.number(),
  sha256: z.string(),
})

export const recordSuffix = '.download.json'

/** Remembers, beside a downloaded file, where it came from and its hash, so that gigabytes are hashed once. */
export async function writeRecord(path: string, uri: string, sha256: string): Promise<void> {
  const { size, mtimeMs } = await stat(path)
  const record: z.infer<typeof recordSchema> = { uri, bytes: size, modified: mtimeMs, sha256 }
  await writeWhole(`${path}${recordSuffix}`, `${JSON.stringify(record, undefined, 2)}\n`, { durable: false })
}

/** The sha256 of a file: the remembered one where the file is still the same, else read from it. */
export async function hashOf(path: string, signal: AbortSignal | undefined): Promise<string> {
  const record = await readRecord(path)
  const { size, mtimeMs } = await stat(path)
  if (record?.bytes === size && record.modified === mtimeMs) return record.sha256
  return hashFile(path, signal)
}

export async function hashFile(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256')
  const options = signal === undefined ? {} : { signal }
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20, ...options })) {
    hash.update(chunk as Buffer)
  }
  return hash.digest('hex')
}

/** The file in `folder` that was downloaded from `uri`, and is still there. */
export async function findByUri(folder: string, uri: string): Promise<string | undefined> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  for (const name of names.filter((found) => found.endsWith(recordSuffix))) {
    const path = join(folder, name.slice(0, -recordSuffix.length))
    if ((await readRecord(path))?.uri !== uri) continue
    const found = await stat(path).catch(() => undefined)
    if (found?.isFile()) return path
  }
  return undefined
}

/** Where a file was downloaded from, and its hash then; undefined where that is not known or the file has changed. */
export async function originOf(path: string): Promise<{ uri: string; sha256: string } | undefined> {
  const record = await readRecord(path)
  const found = await stat(path).catch(() => undefined)
  const same = record !== undefined && record.bytes === found?.size && record.modified === found.mtimeMs
  return same ? { uri: record.uri, sha256: record.sha256 } : undefined
}

async function readRecord(path: string): Promise<z.infer<typeof recordSchema> | undefined> {
  try {
    return recordSchema.safeParse(JSON.parse(await readFile(`${path}${recordSuffix}`, 'utf8'))).data
  } catch {
    return undefined
  }
}
