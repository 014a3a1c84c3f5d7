import { confinePath, LedOutside } from './paths/confine-path.ts'
import { findModelFiles } from '@woolgather/gguf'
import { nearest, WoolgatherError } from '@woolgather/workflow'
import { access, mkdir } from 'node:fs/promises'
import path from 'node:path'

/**
 * The file that a workflow names, by its name below a models folder or by its whole path in one. Undefined where there
 * is none.
 * @throws WoolgatherError file-outside-folders where no folder may hold it
 */
export async function locateModelFile(folders: readonly string[], file: string): Promise<string | undefined> {
  let outside: WoolgatherError | undefined
  let isInside = false
  for (const folder of folders) {
    const candidate = await confinePath(folder, file).catch((error: unknown) => {
      if (error instanceof WoolgatherError) outside = error
      // The folder itself may not exist: then the file is not in it.
      return undefined
    })
    if (candidate === undefined) continue
    if (await exists(candidate)) return candidate
    isInside = true
  }
  if (outside !== undefined && !isInside) throw outside
  return undefined
}

/** @throws WoolgatherError model-not-found, file-outside-folders */
export async function findModelFile(folders: readonly string[], file: string): Promise<string> {
  const place = await locateModelFile(folders, file)
  if (place !== undefined) return place
  await refuseLinks(folders, file)
  const known = (await Promise.all(folders.map(findModelFiles))).flat()
  const meant = nearest(file, new Set(known)).map((name) => `“${name}”`)
  const question = meant.length > 0 ? `Did you mean ${meant.join(' or ')}? Else put` : 'Put'
  throw new WoolgatherError('model-not-found', `No model file “${file}” in the models folders.`, {
    input: 'file',
    hint: `${question} it below ${folders.join(' or ')}, or name an address such as hf:owner/repo/file.gguf.`,
  })
}

/** @throws LedOutside where one of the folders has it, but by a link that is not followed */
async function refuseLinks(folders: readonly string[], file: string): Promise<void> {
  for (const folder of folders) {
    await confinePath(folder, file).catch((error: unknown) => {
      if (error instanceof LedOutside) throw error
    })
  }
}

/** `mood.gguf`, or the first free name of `mood-2.gguf`, … */
async function freeName(target: string, overwrite: boolean): Promise<string> {
  const { dir, name, ext } = path.parse(target)
  let candidate = target
  for (let number = 2; !overwrite && (await exists(candidate)); number++) {
    candidate = path.join(dir, `${name}-${number}${ext}`)
  }
  return candidate
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
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
