import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { schemaOf } from '@woolgather/workflow'
import { z } from 'zod'
import { refuse } from './refuse-results.ts'

/** What has to be the same for a batch to go on where it stopped, and the seeds it was begun with. */
export interface BatchIdentity {
  /** Hash of the workflow, as far as it makes a difference, and the targets. */
  workflow: string
  columns: string[]
  seeds: Record<string, number>
}

/** What lies beside results while they are not complete. */
export interface UnfinishedBatch extends BatchIdentity {
  /** Who works on them, or did. Earlier versions do not say. */
  process?: { id: number; host: string } | undefined
}

const unfinishedSchema = schemaOf<UnfinishedBatch>()(
  z.object({
    workflow: z.string(),
    columns: z.array(z.string()),
    seeds: z.record(z.string(), z.number()),
    process: z.object({ id: z.number(), host: z.string() }).optional(),
  }),
)

/** The small file that lies beside results while they are not complete. */
export function besideOf(file: string): string {
  return `${file}.batch`
}

/** Undefined where there is none. @throws CliError where somebody else's file has its name */
export async function readUnfinished(file: string): Promise<UnfinishedBatch | undefined> {
  try {
    return unfinishedSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw refuse(
      `“${file}” is in the way: a batch keeps a file of this name beside its results, and this is none.`,
      'Move it, or give --out another name.',
    )
  }
}

/** Two that write to one file would each write every row. */
export function isWorkedOn({ process: worker }: UnfinishedBatch): boolean {
  if (worker === undefined || worker.host !== hostname() || worker.id === process.pid) return false
  try {
    return process.kill(worker.id, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
