import { mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from '@woolgather/disk'
import { readHeader, GgufError } from '@woolgather/gguf'
import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { exists } from '../paths/exists.ts'
import { folderSource } from './folder-source.ts'
import { isModelFile } from './walk-models.ts'
import type { Listing, ModelSource } from './model-source.ts'

/** Files and folders that a person chose to be used where they lie; written down in the data folder. */
export interface ChosenFiles extends ModelSource {
  /**
   * Uses a GGUF file, or the files of a folder, where they lie.
   * @param place absolute
   * @returns how workflows name it; of a folder nothing
   * @throws WoolgatherError file-not-found, model-unreadable
   */
  add(place: string): Promise<{ file?: string }>
  /** Forgets one by its name or path; the file stays. False where it was not chosen. */
  forget(name: string): Promise<boolean>
}

const schema = z.object({ files: z.record(z.string(), z.string()), folders: z.array(z.string()) })
type Chosen = z.infer<typeof schema>

/** It is read at every question: other processes on the same folder may have noted something. */
export function openChosenFiles(data: string): ChosenFiles
export function openChosenFiles(data: string | undefined): ChosenFiles | undefined
export function openChosenFiles(data: string | undefined): ChosenFiles | undefined {
  if (data === undefined) return undefined
  const memory = path.join(data, 'model-places.json')

  const read = async (): Promise<Chosen> => {
    try {
      return schema.parse(JSON.parse(await readFile(memory, 'utf8')))
    } catch {
      return { files: {}, folders: [] }
    }
  }

  const save = async (chosen: Chosen): Promise<void> => {
    await mkdir(data, { recursive: true })
    await writeWhole(memory, `${JSON.stringify(chosen, undefined, 2)}\n`)
  }

  return {
    kind: 'chosen',
    folder: memory,
    async list() {
      const { files, folders } = await read()
      const listing: Listing = { files: [], broken: [] }
      for (const [ref, file] of Object.entries(files)) {
        if (await exists(file)) listing.files.push({ ref, path: file })
        else {
          listing.broken.push({
            file: ref,
            message: `${file}, which was chosen to be used where it lies, is not there.`,
            hint: 'Put it back, or forget it: woolgather models --forget NAME.',
          })
        }
      }
      for (const folder of folders) {
        const { files: found, broken } = await folderSource(folder).list()
        listing.files.push(...found)
        listing.broken.push(...broken)
      }
      return listing
    },
    async find(name) {
      const { files, folders } = await read()
      const file = Object.hasOwn(files, name) ? files[name] : undefined
      if (file !== undefined && (await exists(file))) return { ref: name, path: file }
      for (const folder of folders) {
        const found = await folderSource(folder)
          .find(name)
          .catch(() => undefined)
        if (found !== undefined) return found
      }
      return undefined
    },
    async add(place) {
      const found = await stat(place).catch(() => undefined)
      if (found === undefined) {
        throw new WoolgatherError(
          'file-not-found',
          `There is no file or folder “${place}” on this machine.`,
          {
            hint: 'Look for a slip in the path. It is a path of the machine that the server runs on.',
          },
        )
      }
      const chosen = await read()
      if (found.isDirectory()) {
        const folders = new Set([...chosen.folders, place])
        await save({ ...chosen, folders: [...folders] })
        return {}
      }
      await checkModel(place)
      const known = Object.entries(chosen.files).find(([, file]) => file === place)?.[0]
      const file = known ?? freeName(place, chosen.files)
      await save({ ...chosen, files: { ...chosen.files, [file]: place } })
      return { file }
    },
    async forget(name) {
      const { files, folders } = await read()
      const kept = Object.entries(files).filter(([ref, file]) => ref !== name && file !== name)
      const others = folders.filter((folder) => folder !== name)
      if (kept.length === Object.keys(files).length && others.length === folders.length) return false
      await save({ files: Object.fromEntries(kept), folders: others })
      return true
    },
  }
}

/** `x.gguf`, or with so many folders before it that no other chosen file has the name. */
function freeName(place: string, files: Record<string, string>): string {
  const parts = place.split(path.sep).filter(Boolean)
  for (let count = 1; count < parts.length; count++) {
    const name = parts.slice(-count).join('/')
    if (!Object.hasOwn(files, name)) return name
  }
  return parts.join('/')
}

async function checkModel(file: string): Promise<void> {
  if (!isModelFile(path.basename(file))) {
    throw new WoolgatherError('model-unreadable', `“${file}” is no model file: it must end in .gguf.`, {
      hint: 'Of a model in several files choose the first.',
    })
  }
  await readHeader(file).catch((error: unknown) => {
    if (!(error instanceof GgufError)) throw error
    throw new WoolgatherError('model-unreadable', `“${file}” cannot be used: ${error.message}.`, {
      ...(error.hint !== undefined && { hint: error.hint }),
    })
  })
}
