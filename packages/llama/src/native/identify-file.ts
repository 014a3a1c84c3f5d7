import { statSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { LlamaError } from '../error.ts'

/**
 * A text that is equal for equal files and changes when the file does: path, inode, size and time.
 * @throws LlamaError model-not-found
 */
export async function identifyFile(file: string): Promise<string> {
  if (file.includes('\0') || !path.isAbsolute(file)) {
    throw new LlamaError('model-not-found', `${JSON.stringify(file)} is not an absolute path`)
  }
  try {
    const resolved = await realpath(file)
    const { dev, ino, size, mtimeMs } = await stat(resolved)
    return [resolved, dev, ino, size, mtimeMs].join(':')
  } catch (cause) {
    throw new LlamaError('model-not-found', `There is no file ${file}`, { cause })
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
  size: number
  time: number
}

export function readFileState(file: string): FileState | undefined {
  const state = statSync(file, { throwIfNoEntry: false })
  return state && { inode: `${state.dev}:${state.ino}`, size: state.size, time: state.mtimeMs }
}
