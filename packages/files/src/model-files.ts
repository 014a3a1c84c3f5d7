import { WoolgatherError } from '@woolgather/workflow'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { exists } from './paths/exists.ts'
import { confinePath } from './paths/confine-path.ts'

/** `mood.gguf`, or the first free name of `mood-2.gguf`, … */
async function freeName(target: string, overwrite: boolean): Promise<string> {
  const { dir, name, ext } = path.parse(target)
  let candidate = target
  for (let number = 2; !overwrite && (await exists(candidate)); number++) {
    candidate = path.join(dir, `${name}-${number}${ext}`)
  }
  return candidate
}

/** The models folder that is written to. @throws WoolgatherError model-not-found */
export function firstFolder([folder]: readonly string[], purpose: string): string {
  if (folder !== undefined) return folder
  throw new WoolgatherError('model-not-found', `There is no models folder to ${purpose}.`, {
    input: 'file',
  })
}

/**
 * Where below `folder` a file is to be written; its folder is made. A name that is taken gets a number.
 * @throws WoolgatherError file-outside-folders
 */
export async function placeToSave(folder: string, file: string, overwrite: boolean): Promise<string> {
  await mkdir(folder, { recursive: true })
  const target = await freeName(await confinePath(folder, file), overwrite)
  await mkdir(path.dirname(target), { recursive: true })
  return target
}
