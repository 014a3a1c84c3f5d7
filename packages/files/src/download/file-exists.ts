import { stat } from 'node:fs/promises'
import { posix } from 'node:path'
import { WoolgatherError } from '@woolgather/workflow'
import { confinePath } from '../paths/confine-path.ts'

/** What to do where another file has the name: keep it and save under a free name, or put the new one in its place. */
export type OnExisting = 'beside' | 'replace'

/** Another file has the name that a download would get; it stays unless somebody chose otherwise. */
export class FileExists extends WoolgatherError {
  /** Below the folder of models. */
  readonly file: string
  /** A free name beside it; absent for parts of a model, which keep their names. */
  readonly beside: string | undefined

  constructor(file: string, beside: string | undefined) {
    const choices = beside === undefined ? 'Replace it' : `Save it beside, as “${beside}”, replace it`
    super('file-exists', `There is another file “${file}” already, which stays as it is.`, {
      hint: `${choices}, or rename it or move it away and download again.`,
    })
    this.name = 'FileExists'
    this.file = file
    this.beside = beside
  }
}

/** More are not tried: something else is wrong then. */
const mostNames = 1_000

/** The name itself, then `name-2.gguf`, `name-3.gguf`, … */
export function* namesBeside(file: string): Generator<string> {
  const { dir, name, ext } = posix.parse(file)
  yield file
  for (let number = 2; number <= mostNames; number++) yield posix.join(dir, `${name}-${number}${ext}`)
}

export async function freeName(directory: string, file: string): Promise<string | undefined> {
  for (const name of namesBeside(file)) {
    const path = await confinePath(directory, name)
    if ((await stat(path).catch(() => undefined)) === undefined) return name
  }
  return undefined
}
