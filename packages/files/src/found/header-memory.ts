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
  type GgufHeader,
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
const version = 3
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
    const parts = await readParts(file)
    return describeModel({
      ...parts[0]!,
      fileBytes: parts.reduce((bytes, part) => bytes + part.fileBytes, 0),
      tensors: parts.flatMap(({ tensors }) => tensors),
    })
  } catch (error) {
    return explain(error as Error)
  }
}

/** Of a split model the first has the metadata, and each its tensors. */
async function readParts(file: string): Promise<GgufHeader[]> {
  const [first, ...others] = namedParts(file)
  const headers = [await readWhole(first!)]
  for (const part of others) {
    headers.push(
      await readWhole(part).catch((error: unknown) => {
        throw asPart(path.basename(part), error as Error)
      }),
    )
  }
  return headers
}

/** A file that was cut keeps its header. */
async function readWhole(file: string): Promise<GgufHeader> {
  const header = await readHeader(file)
  measureTensors(header)
  return header
}

function asPart(name: string, error: Error & { code?: unknown }): Error {
  if (error.code === 'ENOENT') {
    return new GgufError(`its part ${name} is not beside it`, {
      hint: 'Get the part that is missing: all parts of a split model lie in one folder.',
    })
  }
  const { hint } = error instanceof GgufError ? error : {}
  return new GgufError(
    `its part ${name} cannot be read: ${error.message}`,
    hint === undefined ? {} : { hint },
  )
}

function explain(error: Error): Summary {
  if (!(error instanceof GgufError)) return { message: error.message }
  const message = `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`
  return { message, ...(error.hint !== undefined && { hint: error.hint }) }
}
