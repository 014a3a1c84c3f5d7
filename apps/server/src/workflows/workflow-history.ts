import { mkdir, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from '@woolgather/disk'

/** A text a workflow was saved as, and when, in milliseconds since the epoch. */
export interface SavedText {
  revision: string
  saved: number
  text: string
}

/** Every state that workflows were saved in, a file each: `ID/TIME-REVISION.json`. */
export interface WorkflowHistory {
  add(id: string, revision: string, text: string): Promise<void>
  /** Newest first. */
  list(id: string): Promise<SavedText[]>
}

const namePattern = /^(\d{13,16})-([0-9a-f]{16})\.json$/

export function openHistory(folder: string): WorkflowHistory {
  return {
    async add(id, revision, text) {
      await mkdir(path.join(folder, id), { recursive: true })
      await writeWhole(path.join(folder, id, `${Date.now()}-${revision}.json`), text)
    },
    async list(id) {
      const names = await readdir(path.join(folder, id)).catch(() => [])
      const found = names.flatMap((name) => {
        const [, saved, revision] = namePattern.exec(name) ?? []
        return saved === undefined || revision === undefined ? [] : [{ name, saved: Number(saved), revision }]
      })
      found.sort((a, b) => b.saved - a.saved)
      return Promise.all(
        found.map(async ({ name, saved, revision }) => ({
          saved,
          revision,
          text: await readFile(path.join(folder, id, name), 'utf8'),
        })),
      )
    },
  }
}
