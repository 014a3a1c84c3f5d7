import * as gguf from '@woolgather/gguf'
import { statSync } from 'node:fs'
import path from 'node:path'
import { LlamaError } from '../contract/error.ts'

/** A text that changes when the file does. @throws LlamaError model-not-found */
export function identifyFile(file: string): Promise<string> {
  return identify(file, gguf.identifyFile)
}

/** As `identifyFile`, of all parts of a model. */
export function identifyModel(file: string): Promise<string> {
  return identify(file, gguf.identifyModel)
}

async function identify(file: string, by: (file: string) => Promise<string>): Promise<string> {
  if (file.includes('\0') || !path.isAbsolute(file)) {
    throw new LlamaError('model-not-found', `${JSON.stringify(file)} is not an absolute path.`)
  }
  try {
    return await by(file)
  } catch (cause) {
    throw new LlamaError('model-not-found', `There is no file ${file}.`, { cause })
  }
}

/**
 * Whether the very file was written to since `readFileState`. A file that was replaced by renaming does not count: the
 * weights stay mapped to the old one. One that was truncated or overwritten would end the process, or worse, not.
 */
export function wasOverwritten(file: string, since: FileState): boolean {
  const now = readFileState(file)
  return (
    now !== undefined && now.inode === since.inode && (now.size !== since.size || now.time !== since.time)
  )
}

export interface FileState {
  inode: string
  size: bigint
  time: bigint
}

export function readFileState(file: string): FileState | undefined {
  const state = statSync(file, { throwIfNoEntry: false, bigint: true })
  return state && { inode: `${state.dev}:${state.ino}`, size: state.size, time: state.mtimeNs }
}
