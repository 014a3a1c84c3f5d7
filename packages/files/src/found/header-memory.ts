import { mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from '@woolgather/disk'
import {
  describeModel,
  GgufError,
  identifyModel,
  measureTensors,
  namedParts,
  readHeader,
  type ModelSummary,
} from '@woolgather/gguf'
import type { BrokenFile } from './model-source.ts'

/** What a header says, or why it cannot be read. */
export type Summary = ModelSummary | Omit<BrokenFile, 'file'>

/** What headers said, kept by what tells whether a file is still the same; on disk, where it is told a place. */
export interface HeaderMemory {
  of(file: string): Promise<Summary>
  /** Writes down what is new. Best effort: what cannot be written is read again another time. */
  save(): Promise<void>
}

/** Changes with what is noted. */
const version = 1
/** Of one file that holds what headers say: it is read whole. */
const maxMemoryBytes = 64 * 2 ** 20

interface Noted {
  identity: string
  summary: Summary
}

export function openHeaderMemory(memory: string | undefined): HeaderMemory {
  let noted: Promise<Map<string, Noted>> | undefined
  let isChanged = false

  const read = async (): Promise<Map<string, Noted>> => {
    if (memory === undefined) return new Map()
    const found = await stat(memory).catch(() => undefined)
    if (found === undefined || found.size > maxMemoryBytes) return new Map()
    try {
      const content = JSON.parse(await readFile(memory, 'utf8')) as {
        version: number
        files: [string, Noted][]
      }
      return new Map(content.version === version ? content.files : [])
    } catch {
      return new Map()
    }
  }

  return {
    async of(file) {
      noted ??= read()
      const known = await noted
      try {
        const identity = await identifyModel(file)
        const same = known.get(file)
        if (same?.identity === identity) return same.summary
        const summary = await summarise(file)
        known.set(file, { identity, summary })
        isChanged = true
        return summary
      } catch (error) {
        return { message: (error as Error).message }
      }
    },
    async save() {
      if (memory === undefined || !isChanged) return
      isChanged = false
      try {
        const files = [...(await (noted ?? read()))]
        await mkdir(path.dirname(memory), { recursive: true })
        await writeWhole(memory, JSON.stringify({ version, files }), { durable: false })
      } catch {
        // It is only slower without.
      }
    },
  }
}

async function summarise(file: string): Promise<Summary> {
  try {
    const header = await readHeader(file)
    const summary = describeModel(header)
    // A file that was cut keeps its header; what is in the parts of a split model only they tell.
    measureTensors(header)
    return { ...summary, bytes: await bytesOfParts(file, summary.bytes) }
  } catch (error) {
    return explain(error as Error)
  }
}

async function bytesOfParts(file: string, firstBytes: number): Promise<number> {
  const [, ...others] = namedParts(file)
  let bytes = firstBytes
  for (const part of others) {
    const found = await stat(part).catch(() => undefined)
    if (found === undefined) {
      throw new GgufError(`its part ${path.basename(part)} is not beside it`, {
        hint: 'Get the part that is missing: all parts of a split model lie in one folder.',
      })
    }
    bytes += found.size
  }
  return bytes
}

function explain(error: Error): Summary {
  if (!(error instanceof GgufError)) return { message: error.message }
  const message = `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`
  return { message, ...(error.hint !== undefined && { hint: error.hint }) }
}
