import { createHash } from 'node:crypto'
import { mkdir, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { writeAll, writeWhole } from '@woolgather/disk'
import { largestInputFile } from '@woolgather/files'
import type { UploadResponse } from '@woolgather/protocol'
import type { Request } from 'express'
import { HttpError } from '../errors/http-error.ts'
import { isFileName } from './file-name.ts'
import { tooLargeText } from '../errors/tell-size.ts'

/**
 * Writes the body of a request to the folder of inputs, under another name until it is whole.
 * @throws HttpError 400 for a name that is none, 413
 */
export async function receiveUpload(folder: string, request: Request): Promise<UploadResponse> {
  const { name } = request.query
  if (typeof name !== 'string' || !isFileName(name)) {
    throw new HttpError(
      400,
      'protocol',
      '`name` must be the name of a file, without folders: no “/”, “:” and the like, no “.” in front or at the end.',
      { hint: 'Write POST /api/upload?name=table.csv.' },
    )
  }
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > largestInputFile) throw tooLarge(name, announced)
  await mkdir(folder, { recursive: true })
  const hash = createHash('sha256')
  let bytes = 0
  const receive = async (handle: FileHandle): Promise<void> => {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > largestInputFile) throw tooLarge(name)
      hash.update(chunk)
      await writeAll(handle, chunk)
    }
  }
  await writeWhole(path.join(folder, name), receive)
  return { file: name, bytes, sha256: hash.digest('hex') }
}

function tooLarge(name: string, bytes?: number): HttpError {
  return new HttpError(413, 'request-too-large', tooLargeText(`“${name}”`, largestInputFile, bytes), {
    hint: 'Split the table, or copy the file into the input folder by hand.',
  })
}
