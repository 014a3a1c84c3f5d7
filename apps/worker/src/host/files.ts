import { mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { takeName, writeWhole } from '@woolgather/disk'
import { confinePath, largestInputFile } from '@woolgather/files'
import type { Files } from '@woolgather/nodes'
import { decodeText, ReadError } from '@woolgather/tables'
import { diskFull, isDiskFull, WoolgatherError } from '@woolgather/workflow'

/** Files of the output and input folders. Everything is written under a temporary name first, so no half file ever shows. */
export function createFiles(outputFolder: string, inputFolders: readonly string[] = [outputFolder]): Files {
  const readInputBytes = async (name: string): Promise<Uint8Array> => {
    for (const folder of inputFolders) {
      await mkdir(folder, { recursive: true })
      const bytes = await readBytes(await confinePath(folder, name), name)
      if (bytes !== undefined) return bytes
    }
    throw new WoolgatherError('file-not-found', `There is no file “${name}”.`, {
      hint: `Put it below ${inputFolders.join(' or ')}.`,
    })
  }
  return {
    readInputBytes,
    readInput: async (name) => decode(await readInputBytes(name), name),
    async writeOutput(name, text, { overwrite }) {
      await mkdir(outputFolder, { recursive: true })
      const target = await confinePath(outputFolder, name)
      try {
        await mkdir(path.dirname(target), { recursive: true })
        const written = overwrite ? await replace(target, text) : await writeBeside(target, text)
        return path.relative(outputFolder, written).replaceAll(path.sep, '/')
      } catch (cause) {
        if (isDiskFull(cause)) throw diskFull(outputFolder, { cause })
        throw new WoolgatherError(
          'write-failed',
          `“${name}” could not be written: ${(cause as Error).message}`,
          {
            hint: 'Check that the output folder can be written to and that the name is no folder.',
            cause,
          },
        )
      }
    },
  }
}

async function readBytes(file: string, name: string): Promise<Uint8Array | undefined> {
  try {
    const found = await stat(file)
    const { size } = found
    // Reading a pipe would wait for whoever writes to it.
    if (!found.isFile()) throw new Error('it is no file')
    if (size > largestInputFile) {
      throw new WoolgatherError(
        'file-too-large',
        `“${name}” has ${size} bytes; at most ${largestInputFile} are read.`,
      )
    }
    return await readFile(file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (cause instanceof WoolgatherError) throw cause
    const message = `“${name}” could not be read: ${(cause as Error).message}`
    throw new WoolgatherError('file-unreadable', message, { cause })
  }
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return decodeText(bytes)
  } catch (cause) {
    if (!(cause instanceof ReadError)) throw cause
    throw new WoolgatherError('file-unreadable', `“${name}”: ${cause.message}`, {
      hint: 'Save it as UTF-8.',
      cause,
    })
  }
}

async function replace(target: string, text: string): Promise<string> {
  await writeWhole(target, text)
  return target
}

async function writeBeside(target: string, text: string): Promise<string> {
  let written = target
  await writeWhole(target, text, {
    place: async (temporary) => void (written = await placeBeside(temporary, target)),
  })
  return written
}

/** Takes the first free name of `story.txt`, `story-2.txt`, …; none that is taken is lost. */
async function placeBeside(temporary: string, target: string): Promise<string> {
  const { dir, name, ext } = path.parse(target)
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? target : path.join(dir, `${name}-${number}${ext}`)
    if (await takeName(temporary, candidate)) return candidate
  }
}
