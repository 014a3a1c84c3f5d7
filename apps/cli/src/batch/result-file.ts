import { open, readlink, rename, rm, truncate, type FileHandle } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { writeAll, writeWhole } from '@woolgather/disk'
import { isDiskFull, withSeeds, type Issue, type Workflow } from '@woolgather/workflow'
import { CliError } from '../io/cli-error.ts'
import { exitCodes } from '../io/exit-codes.ts'
import { dropRepeated } from './drop-repeated.ts'
import type { FoundResults } from './find-results.ts'
import { besideOf, type BatchIdentity, type UnfinishedBatch } from './unfinished-batch.ts'
import { csvRow, headingsOf, lineOf, type ResultLine } from './result-line.ts'

/** Result lines on disk, appended as rows end. */
export interface ResultFile {
  append(lines: readonly ResultLine[]): Promise<void>
  /** Every row that is to have a line has one. */
  complete(): Promise<void>
  close(): Promise<void>
}

export interface OpenResultsOptions {
  file: string
  found: FoundResults
  /** Carried by the first line. */
  workflow: Workflow
  identity: Omit<BatchIdentity, 'seeds'>
  /** CSV begins with a byte-order mark. */
  mark: boolean
}

/**
 * Opens the file of results, to be begun or gone on with. While the batch is not complete a small file beside it,
 * `FILE.batch`, says what it was begun with. A file that results take the place of is there until the first of them is.
 * @throws CliError write-failed or disk-full, here and in what it returns
 */
export async function openResults(options: OpenResultsOptions): Promise<ResultFile> {
  const { file, found, workflow, identity } = options
  const { rows, shape, seeds, repeated } = found
  const target = await targetOf(file)
  const beside = besideOf(file)
  const unfinished: UnfinishedBatch = {
    ...identity,
    seeds,
    process: { id: process.pid, host: hostname() },
  }
  const writeBeside = (): Promise<void> => writeWhole(beside, JSON.stringify(unfinished))
  let handle: FileHandle | undefined
  /** Bytes of whole lines. */
  let size = found.end
  let { firstRow } = found
  let broken = false

  const begin = async (): Promise<void> => {
    await writeBeside()
    if (found.kind === 'begun') await truncate(target, size)
    handle = await open(target, found.kind === 'begun' ? 'a' : 'ax')
  }

  const replace = async (text: string): Promise<void> => {
    await writeWhole(target, text, {
      place: async (temporary) => {
        await rm(beside, { force: true })
        await rename(temporary, target)
      },
    })
    await writeBeside()
    handle = await open(target, 'a')
  }

  const write = async (text: string): Promise<void> => {
    const bytes = Buffer.from(text)
    try {
      if (handle === undefined) await replace(text)
      else await writeAll(handle, bytes)
      size += bytes.length
    } catch (error) {
      broken = true
      await handle?.truncate(size).catch(() => undefined)
      throw cannotWrite(file, error)
    }
  }

  /** The first line carries the workflow, also where its row is run again. */
  const lineFor = (line: ResultLine): string => {
    firstRow ??= line.row
    return lineOf(line, shape, line.row === firstRow ? withSeeds(workflow, seeds) : undefined)
  }

  /** A row that was run again has one line, in the place of the one before. */
  const settle = async (): Promise<void> => {
    if (broken || repeated.size === 0) return
    try {
      await dropRepeated(target, shape.format, repeated)
      repeated.clear()
    } catch (error) {
      throw cannotWrite(file, error)
    }
  }

  let head = shape.format === 'csv' && size === 0 ? csvRow(headingsOf(shape)) : ''
  if (head !== '' && options.mark) head = byteOrderMark + head
  if (found.kind !== 'replaced') {
    await begin().catch((error: unknown) => {
      throw cannotWrite(file, error)
    })
    if (head !== '') await write(head)
    head = ''
  }

  const append = async (lines: readonly ResultLine[]): Promise<void> => {
    for (const { row } of lines) if (rows.has(row)) repeated.add(row)
    await write(head + lines.map(lineFor).join(''))
    head = ''
    for (const { row, status, rowHash } of lines) rows.note(row, status, rowHash)
  }

  return {
    append,
    async complete() {
      if (handle === undefined) await append([])
      await handle?.sync()
      await settle()
      // A file without a line would not be known again.
      if (size > 0) await rm(beside, { force: true })
    },
    async close() {
      await handle?.close()
      await settle()
    },
  }
}

export const byteOrderMark = '\uFEFF'

/** Where a link leads, also where there is nothing yet. */
async function targetOf(file: string): Promise<string> {
  const link = await readlink(file).catch(() => undefined)
  return link === undefined ? file : targetOf(path.resolve(path.dirname(file), link))
}

function cannotWrite(file: string, error: unknown): CliError {
  const { message } = error as Error
  const isFull = isDiskFull(error)
  const issue: Issue = {
    code: isFull ? 'disk-full' : 'write-failed',
    message: `Cannot write “${file}”: ${isFull ? 'the disk is full' : message}.`,
    hint: `The lines that it has are kept. ${isFull ? 'Make room, then go' : 'Go'} on with --resume.`,
  }
  return new CliError([issue], exitCodes.failed)
}
