import { readdir, readlink, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { BrokenFile } from './model-source.ts'

/** Folders below a folder that are looked into; deeper is a mistake. */
const maxDepth = 8
const maxFiles = 10_000
/** Where a system keeps what is no file on a disk: a link to a whole disk leads there, too. */
const noFiles = /^\/(proc|sys|dev(?!\/shm))(\/|$)/
/** Whatever they are: a link to a whole disk is not followed to its end. */
const maxEntries = 100_000

export interface WalkOptions {
  /** Default: `maxDepth` */
  depth?: number
}

/**
 * Model files below a folder by their paths with forward slashes, and what looks like one and is none. Links are followed
 * wherever they lead: who put one there means its file. Hidden entries are passed over; of a split model only the first part
 * is told.
 */
export async function walkModels(
  folder: string,
  { depth: most = maxDepth }: WalkOptions = {},
): Promise<{ files: string[]; broken: BrokenFile[] }> {
  const files: string[] = []
  const broken: BrokenFile[] = []
  const visited = new Set<string>()
  let entries = 0

  const visit = async (relative: string, depth: number): Promise<void> => {
    const real = await realpath(path.join(folder, relative)).catch(() => undefined)
    // A link may lead to a folder that it lies in.
    if (real === undefined || visited.has(real) || noFiles.test(real)) return
    visited.add(real)
    const found = await readdir(real, { withFileTypes: true }).catch((error: unknown) => {
      const isClosed = (error as NodeJS.ErrnoException).code === 'EACCES'
      // Further down it is not what somebody meant to have looked at.
      if (isClosed && depth < 2) broken.push(notReadable(path.join(folder, relative)))
      return []
    })
    const inside: string[] = []
    for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue
      if (files.length >= maxFiles || ++entries > maxEntries) return
      const below = relative === '' ? entry.name : `${relative}/${entry.name}`
      const kind = entry.isSymbolicLink()
        ? await stat(path.join(folder, below)).catch(() => undefined)
        : entry
      if (kind?.isDirectory()) {
        inside.push(below)
      } else if (kind === undefined) {
        if (isModelFile(entry.name)) broken.push(await brokenLink(folder, below))
      } else if (kind.isFile() && isModelFile(entry.name)) files.push(below)
      else if (kind.isFile() && isOrphan(entry.name, found)) broken.push(withoutFirst(below))
      else if (kind.isFile() && isHalf(entry.name, found)) broken.push(halfDownload(below))
    }
    // Last, so that what lies here is found however much lies below.
    if (depth < most) for (const below of inside) await visit(below, depth + 1)
  }

  await visit('', 0)
  if (files.length >= maxFiles || entries > maxEntries) broken.push(tooMany(folder))
  return { files, broken }
}

/** Of a split model only the first part is named in workflows. */
export function isModelFile(name: string): boolean {
  const part = /-(\d{5})-of-\d{5}\.gguf$/i.exec(name)?.[1]
  return /\.gguf$/i.test(name) && (part === undefined || Number(part) === 1)
}

const partName = /^(.+)-(\d{5})-of-(\d{5})\.gguf$/i

/** The earliest part of a split model whose first is not beside it: nothing else would tell of the others. */
function isOrphan(name: string, beside: readonly { name: string }[]): boolean {
  const [, stem, number, count] = partName.exec(name) ?? []
  if (stem === undefined) return false
  return !beside.some((other) => {
    const [, own, earlier, all] = partName.exec(other.name) ?? []
    return own === stem && all === count && Number(earlier) < Number(number)
  })
}

function withoutFirst(below: string): BrokenFile {
  const first = below
    .replace(/-\d{5}(-of-\d{5}\.gguf)$/i, '-00001$1')
    .split('/')
    .at(-1)
  return {
    file: below,
    message: `This is a part of a split model, and the first, ${first}, is not beside it.`,
    hint: 'Get the part that is missing: all parts of a split model lie in one folder.',
  }
}

/** As this program, llama.cpp, LM Studio and browsers call what is not whole; ours is being written while it has a lock. */
function isHalf(name: string, beside: readonly { name: string }[]): boolean {
  const whole = /^(.*\.gguf)\.(part|downloadInProgress|incomplete|crdownload)$/i.exec(name)?.[1]
  return whole !== undefined && !beside.some((other) => other.name === `${whole}.lock`)
}

async function brokenLink(folder: string, below: string): Promise<BrokenFile> {
  const to = await readlink(path.join(folder, below)).catch(() => '')
  return {
    file: below,
    message: `This is a link to ${to}, where nothing is that can be read.`,
    hint: 'Put the file back there, or delete the link and get the model again.',
  }
}

function halfDownload(below: string): BrokenFile {
  return {
    file: below,
    message: 'This is the beginning of a download that did not end.',
    hint: 'Download the model again with what began it: most go on from there. Or delete this file.',
  }
}

function notReadable(folder: string): BrokenFile {
  return {
    file: folder,
    message: 'This folder cannot be read by whoever runs Woolgather.',
    hint: 'Change its permissions, or join the group that may read it.',
  }
}

function tooMany(folder: string): BrokenFile {
  return {
    file: folder,
    message: `There is more than is looked through (${maxFiles} models, ${maxEntries} files): the rest is not listed.`,
    hint: 'What is not listed loads by its name all the same. Name a folder further down with --models.',
  }
}
