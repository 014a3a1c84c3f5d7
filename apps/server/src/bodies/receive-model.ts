import { createHash } from 'node:crypto'
import { statfs, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { takeName, writeAll, writeWhole } from '@woolgather/disk'
import { placeToSave } from '@woolgather/files'
import { GgufError, measureTensors, readHeader } from '@woolgather/gguf'
import type { UploadResponse } from '@woolgather/protocol'
import type { Request } from 'express'
import { HttpError } from '../errors/http-error.ts'
import { isFileName } from './file-name.ts'

/** Bytes that stay free on the disk, as where models are downloaded. */
const spareBytes = 2 ** 27
/** Bytes written between two looks at what is free. */
const lookEvery = 2 ** 26

/**
 * Writes the body of a request into the models folder, under another name until it is whole and found to be a GGUF file. A
 * name that is taken gets a number.
 * @throws HttpError 400 where it is none, 507 where the disk has no room
 */
export async function receiveModel(folder: string, name: string, request: Request): Promise<UploadResponse> {
  if (!isFileName(name) || !/\.gguf$/i.test(name)) {
    throw new HttpError(400, 'protocol', '`name` must be the name of a .gguf file, without folders.', {
      hint: 'Write POST /api/models?name=model.gguf.',
    })
  }
  const target = await placeToSave(folder, name, false)
  await checkRoom(folder, Number(request.headers['content-length'] ?? 0))
  const hash = createHash('sha256')
  let bytes = 0
  let looked = 0
  const receive = async (handle: FileHandle): Promise<void> => {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      if (bytes === 0 && !'GGUF'.startsWith(chunk.subarray(0, 4).toString('latin1')))
        throw noModel(name, 'it is no GGUF file')
      bytes += chunk.length
      if (bytes - looked > lookEvery) {
        looked = bytes
        await checkRoom(folder, 0)
      }
      hash.update(chunk)
      await writeAll(handle, chunk)
    }
    const announced = Number(request.headers['content-length'] ?? bytes)
    if (bytes !== announced) throw noModel(name, `of ${announced} bytes ${bytes} came`)
  }
  let placed = target
  await writeWhole(target, receive, {
    async place(temporary) {
      await checkModel(temporary, name)
      while (!(await takeName(temporary, placed))) placed = await placeToSave(folder, name, false)
    },
  })
  return { file: path.relative(folder, placed).replaceAll(path.sep, '/'), bytes, sha256: hash.digest('hex') }
}

async function checkModel(file: string, name: string): Promise<void> {
  try {
    const header = await readHeader(file)
    // The first part of a split model has a table of its own tensors.
    measureTensors(header)
  } catch (error) {
    if (!(error instanceof GgufError)) throw error
    throw noModel(name, error.message, error.hint)
  }
}

async function checkRoom(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (needed + spareBytes <= bavail * bsize) return
  throw new HttpError(507, 'disk-full', `There is no room for it on the disk of ${folder}.`, {
    hint: 'Free some space, or keep models elsewhere: start with --models FOLDER.',
  })
}

function noModel(name: string, reason: string, hint = 'Choose a whole .gguf file.'): HttpError {
  return new HttpError(400, 'model-unreadable', `“${name}” is not added: ${reason}.`, { hint })
}
