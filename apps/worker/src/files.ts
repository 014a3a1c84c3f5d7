import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Files } from '@woolgather/nodes'
import { WoolgatherError } from '@woolgather/workflow'
import { confinePath } from './confine-path.ts'

let temporaryFiles = 0

/** Files of the output folder. Everything is written under a temporary name first, so no half file ever shows. */
export function createFiles(outputFolder: string): Files {
  return {
    async writeOutput(name, text, { overwrite }) {
      await mkdir(outputFolder, { recursive: true })
      const target = await confinePath(outputFolder, name)
      await mkdir(path.dirname(target), { recursive: true })
      const temporary = `${target}.${process.pid}.${temporaryFiles++}.part`
      try {
        await writeFile(temporary, text, { flag: 'wx' })
        const written = overwrite ? await replace(temporary, target) : await placeBeside(temporary, target)
        return path.relative(outputFolder, written).replaceAll(path.sep, '/')
      } catch (cause) {
        throw new WoolgatherError(
          'write-failed',
          `“${name}” could not be written: ${(cause as Error).message}`,
          {
            hint: 'Check that the output folder can be written to and that the name is no folder.',
            cause,
          },
        )
      } finally {
        await rm(temporary, { force: true })
      }
    },
  }
}

async function replace(temporary: string, target: string): Promise<string> {
  await rename(temporary, target)
  return target
}

/** Takes the first free name of `story.txt`, `story-2.txt`, …; linking fails where a name is taken, so none is lost. */
async function placeBeside(temporary: string, target: string): Promise<string> {
  const { dir, name, ext } = path.parse(target)
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? target : path.join(dir, `${name}-${number}${ext}`)
    try {
      await link(temporary, candidate)
      return candidate
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}
