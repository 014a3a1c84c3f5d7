import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { withSlashes, WoolgatherError } from '@woolgather/workflow'

/**
 * The absolute path of a file `name` below `folder`, which itself is none; symbolic links followed as far as the path exists. A workflow made on
 * Windows may write `demo\\x.gguf`: it means the same file everywhere.
 * @throws WoolgatherError file-outside-folders where the name, or a link on the way, leads out of the folder
 */
export async function confinePath(folder: string, name: string): Promise<string> {
  const target = path.resolve(folder, withSlashes(name))
  if (name.includes('\0') || !isBelow(path.resolve(folder), target)) throw outsideFolders(name)
  const realFolder = await realpath(folder)
  if (!isBelow(realFolder, await realPathOfExistingPart(target))) throw new LedOutside(name)
  return target
}

/** By the text of the paths alone. */
export function isBelow(folder: string, target: string): boolean {
  const relative = path.relative(folder, target)
  return relative !== '' && relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative)
}

async function realPathOfExistingPart(target: string): Promise<string> {
  try {
    return await realpath(target)
  } catch {
    const parent = path.dirname(target)
    return parent === target ? target : path.join(await realPathOfExistingPart(parent), path.basename(target))
  }
}

export function outsideFolders(name: string): WoolgatherError {
  return new WoolgatherError(
    'file-outside-folders',
    `“${name}” is outside the folders that workflows may use.`,
    {
      hint: 'Use a path below the models or output folder; folders are set when Woolgather starts.',
    },
  )
}

/** A link that its owner put there is no slip of the workflow's: what is missing is that its folder was named. */
export class LedOutside extends WoolgatherError {
  constructor(name: string) {
    super(
      'file-outside-folders',
      `“${name}” is there by a link, which leads out of the folders that workflows may use.`,
      {
        hint: 'Put the file itself there, or name the folder that the link leads to when Woolgather starts: `--models FOLDER` for models.',
      },
    )
  }
}
