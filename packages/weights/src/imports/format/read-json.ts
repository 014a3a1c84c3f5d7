import { WoolgatherError } from '@woolgather/workflow'
import { readFile, stat } from 'node:fs/promises'
import type { z } from 'zod'
import { repeatedKey } from './repeated-key.ts'

/** A file as messages name it, and where it lies. */
export interface NamedFile {
  name: string
  path: string
}

/** A file of Hugging Face's that cannot be used, and what to do about it. */
export function unreadable({ name }: Pick<NamedFile, 'name'>, reason: string, hint: string): WoolgatherError {
  return new WoolgatherError('model-unreadable', `“${name}” cannot be read: ${reason}.`, { hint })
}

const againHint = 'Get the file again: it is not as it was published.'

/** Largest configuration; real ones have some kilobytes, with quantisation tables a few hundred. */
const mostBytes = 16_777_216

/**
 * What a JSON file says, as the schema wants it. Undefined where there is no such file.
 * @throws WoolgatherError model-unreadable where it is none, is too large, holds a key twice, or says something else
 */
export async function readJson<Value>(
  file: NamedFile,
  schema: z.ZodType<Value>,
  limit: number = mostBytes,
): Promise<Value | undefined> {
  const text = await readTextFile(file, limit)
  if (text === undefined) return undefined
  const parsed = schema.safeParse(parseJson(file, text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.length ? `“${issue.path.join('.')}”: ` : ''
  throw unreadable(file, `${where}${issue?.message ?? 'it says something else'}`, againHint)
}

/** UTF-8, its byte order mark left out; undefined where there is no such file. @throws WoolgatherError model-unreadable */
export async function readTextFile(file: NamedFile, limit: number = mostBytes): Promise<string | undefined> {
  const found = await stat(file.path).catch(() => undefined)
  if (found === undefined) return undefined
  if (!found.isFile()) throw unreadable(file, 'it is no file', 'Look at what lies there under this name.')
  if (found.size > limit) {
    throw unreadable(file, `it has ${found.size} bytes, more than the ${limit} that are read`, againHint)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file.path))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw unreadable(file, 'it is no UTF-8 text', 'Save it as UTF-8, or get it again.')
  }
}

/** @throws WoolgatherError model-unreadable where it is no JSON, or an object in it holds a key twice */
export function parseJson(file: Pick<NamedFile, 'name'>, text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const reason = text.startsWith('version https://git-lfs')
      ? 'it is a Git LFS pointer, not the file itself'
      : `it is no JSON (${(error as Error).message})`
    throw unreadable(file, reason, againHint)
  }
  const repeated = repeatedKey(text)
  if (repeated === undefined) return value
  throw unreadable(
    file,
    `it holds “${repeated}” twice in one object, and which one counts is not said`,
    'Take one of them out.',
  )
}
