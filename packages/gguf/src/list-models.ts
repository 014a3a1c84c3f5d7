import { readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { describeModel, type ModelSummary } from './describe-model.ts'
import { GgufError } from './format/gguf-error.ts'
import { readHeader } from './format/read-header.ts'

/** Folders below a models folder that are looked into; deeper is a mistake or a loop. */
const maxDepth = 8
const maxFiles = 10_000

export interface ListedModel extends ModelSummary {
  /** As a workflow names it: path below its models folder, with forward slashes. */
  file: string
}

export interface ModelList {
  /** Sorted by name; where two folders hold the same name, the first folder's. */
  files: ListedModel[]
  /** GGUF files that cannot be read, and why. */
  unreadable: { file: string; message: string }[]
}

interface Known {
  stamp: string
  result: ModelSummary | { message: string }
}

/** Lists the GGUF files below folders. Headers are read once and again only when a file has changed. */
export function createModelLister(folders: readonly string[]): () => Promise<ModelList> {
  let known = new Map<string, Known>()

  return async () => {
    const list: ModelList = { files: [], unreadable: [] }
    const seen = new Set<string>()
    const current = new Map<string, Known>()
    for (const folder of folders) {
      const { files, ledOut } = await lookThrough(folder)
      for (const file of ledOut) if (!seen.has(file)) list.unreadable.push({ file, message: leadsOut })
      for (const file of files) {
        if (seen.has(file)) continue
        seen.add(file)
        const absolute = path.join(folder, file)
        const entry = await summarise(absolute, known.get(absolute))
        current.set(absolute, entry)
        if ('message' in entry.result) list.unreadable.push({ file, message: entry.result.message })
        else list.files.push({ file, ...entry.result })
      }
    }
    known = current
    list.files.sort((a, b) => (a.file < b.file ? -1 : 1))
    return list
  }
}

async function summarise(absolute: string, known: Known | undefined): Promise<Known> {
  try {
    const { size, mtimeMs } = await stat(absolute)
    const stamp = `${size} ${mtimeMs}`
    if (known?.stamp === stamp) return known
    return { stamp, result: await readSummary(absolute) }
  } catch (error) {
    return { stamp: '', result: { message: (error as Error).message } }
  }
}

async function readSummary(absolute: string): Promise<Known['result']> {
  return readHeader(absolute).then(describeModel, (error: Error) => ({ message: asSentence(error) }))
}

function asSentence(error: Error): string {
  if (!(error instanceof GgufError)) return error.message
  return `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`
}

const leadsOut =
  'This is a link that leads out of the folder, where workflows may not read. Name the folder it leads to with `--models`, too, or put the file itself here (`ln` without `-s` costs no room on the same disk).'

/** Paths below `folder`, forward slashes. Hidden entries, and links that lead out of the folder, are passed over. */
export async function findModelFiles(folder: string): Promise<string[]> {
  return (await lookThrough(folder)).files
}

/** Model files below a folder, and links called like one that lead out of it, or to nothing. */
async function lookThrough(folder: string): Promise<{ files: string[]; ledOut: string[] }> {
  const found: string[] = []
  const ledOut: string[] = []
  const root = await realpath(folder).catch(() => undefined)
  if (root === undefined) return { files: found, ledOut }

  const visit = async (relative: string, depth: number): Promise<void> => {
    const entries = await readdir(path.join(root, relative), { withFileTypes: true }).catch(() => [])
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.') || found.length >= maxFiles) continue
      const below = relative === '' ? entry.name : `${relative}/${entry.name}`
      const kind = entry.isSymbolicLink() ? await followLink(root, below) : entry
      if (kind?.isDirectory() && depth < maxDepth) await visit(below, depth + 1)
      else if (kind?.isFile() && isModelFile(entry.name)) found.push(below)
      else if (kind === undefined && isModelFile(entry.name)) ledOut.push(below)
    }
  }

  await visit('', 0)
  return { files: found, ledOut }
}

async function followLink(
  root: string,
  below: string,
): Promise<{ isDirectory(): boolean; isFile(): boolean } | undefined> {
  const target = await realpath(path.join(root, below)).catch(() => undefined)
  return target?.startsWith(root + path.sep) ? stat(target) : undefined
}

/** Of a split model only the first part is named in workflows. */
function isModelFile(name: string): boolean {
  const part = /-(\d{5})-of-\d{5}\.gguf$/.exec(name)?.[1]
  return name.endsWith('.gguf') && (part === undefined || Number(part) === 1)
}
