import { hashFile, type HashMemory } from '@woolgather/files'
import { identifyModel, namedParts } from '@woolgather/gguf'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { open, realpath, stat, type FileHandle } from 'node:fs/promises'
import path from 'node:path'

const blockBytes = 262_144
const blocks = 64
/** Metadata and tensor table of any GGUF with a small vocabulary; of larger ones their beginning. */
const headBytes = 4_194_304
/** Read whole while somebody waits: takes hundredths of a second. */
const smallBytes = blockBytes * blocks

/** What a file holds, of a split model all its parts. */
export interface Content {
  /** Which file it is, as `identifyModel` says. */
  identity: string
  /** Name of what it holds wherever it lies: its sha256. Undefined until that is known. */
  final: () => string | undefined
  /** Name of what it holds as long as that is not known: parts of it, and which file it is. */
  early: () => Promise<string>
  /** Resolves when `final` is known, or cannot be. */
  settled: Promise<void>
}

export interface Contents {
  /** @throws the file system's error */
  of(path: string): Promise<Content>
}

export interface ContentsOptions {
  hashes: HashMemory
  /** The sha256 of a large file, computed beside other work. */
  hash: (path: string) => Promise<string>
}

/**
 * Names contents of files. A small file is hashed at once. A large one is hashed once, while nobody waits, and what it
 * came to is remembered by which file it is; a blob that is named by its sha256 is believed.
 */
export function createContents({ hashes, hash }: ContentsOptions): Contents {
  const remembered = new Map<string, { identity: string; content: Promise<Content> }>()
  let lastHash: Promise<unknown> = Promise.resolve()

  /** One file after another: each takes a processor, and all of a disk. */
  const hashInTurn = (part: string, identity: string): Promise<string | undefined> => {
    const work = async (): Promise<string | undefined> => {
      const known = await hashes.get(part, identity)
      if (known !== undefined) return known
      const sha256 = await hash(part)
      // What was written meanwhile may be in it or not.
      if ((await identifyModel(part)) !== identity) return undefined
      await hashes.set(part, identity, sha256)
      return sha256
    }
    const turn = lastHash.then(work).catch(() => undefined)
    lastHash = turn
    return turn
  }

  const readPart = async (part: string): Promise<Part> => {
    const identity = await identifyModel(part)
    const early = once(async () => `${await sample(part)} ${identity}`)
    const known = (await namedByHash(part)) ?? (await hashes.get(part, identity))
    if (known !== undefined) return { sha256: () => known, early, settled: Promise.resolve() }
    if ((await stat(part)).size <= smallBytes) {
      const sha256 = await hashFile(part, undefined)
      return { sha256: () => sha256, early, settled: Promise.resolve() }
    }
    // Before it is hashed: who asks for this name reads the same file.
    await early()
    let sha256: string | undefined
    const settled = hashInTurn(part, identity).then((found) => {
      sha256 = found
    })
    return { sha256: () => sha256, early, settled }
  }

  const read = async (file: string, identity: string): Promise<Content> => {
    // Of a part that is missing, who reads the model tells.
    const names = namedParts(file).filter((part, index) => index === 0 || existsSync(part))
    const parts = await Promise.all(names.map(readPart))
    // What was read of a file that changed is of neither.
    const now = await identifyModel(file)
    if (now !== identity) return read(file, now)
    return {
      identity,
      final: () => {
        const all = parts.flatMap(({ sha256 }) => sha256() ?? [])
        return all.length === parts.length ? all.join(' ') : undefined
      },
      early: async () => (await Promise.all(parts.map(({ early }) => early()))).join(' '),
      settled: Promise.all(parts.map(({ settled }) => settled)).then(() => undefined),
    }
  }

  return {
    async of(file) {
      const identity = await identifyModel(file)
      const known = remembered.get(file)
      if (known?.identity === identity) return known.content
      const content = read(file, identity)
      remembered.set(file, { identity, content })
      content.catch(() => remembered.delete(file))
      return content
    },
  }
}

interface Part {
  sha256: () => string | undefined
  early: () => Promise<string>
  settled: Promise<void>
}

/** One name for each file: final ones where all are known, else early ones, so that the same files have two at most. */
export async function namesOf(contents: readonly Content[], which: 'best' | 'early'): Promise<string[]> {
  const final = contents.flatMap((content) => content.final() ?? [])
  if (which === 'best' && final.length === contents.length) return final
  return Promise.all(contents.map((content) => content.early()))
}

/** As Hugging Face's and Ollama's stores name what they downloaded and checked. */
async function namedByHash(file: string): Promise<string | undefined> {
  const { dir, base } = path.parse(await realpath(file))
  if (path.basename(dir) !== 'blobs') return undefined
  return /^(?:sha256[-:])?([0-9a-f]{64})$/.exec(base)?.[1]
}

/** sha256 of a file's size, its beginning, and 64 blocks spread evenly to its end. */
async function sample(file: string): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const hash = createHash('sha256').update(`${size}\n`)
    const places = [{ from: 0, length: Math.min(size, headBytes) }]
    if (size > headBytes) for (let i = 0; i < blocks; i++) places.push(blockAt(i, size))
    for (const place of places) hash.update(await readPlace(handle, place))
    return hash.digest('hex')
  } finally {
    await handle.close()
  }
}

/** The last block ends where the file does. */
function blockAt(index: number, size: number): { from: number; length: number } {
  const length = Math.min(size, blockBytes)
  return { from: Math.floor(((size - length) * index) / (blocks - 1)), length }
}

async function readPlace(
  handle: FileHandle,
  { from, length }: { from: number; length: number },
): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await handle.read(buffer, 0, length, from)
  return buffer.subarray(0, bytesRead)
}

function once<Result>(ask: () => Promise<Result>): () => Promise<Result> {
  let answer: Promise<Result> | undefined
  return () => (answer ??= ask())
}
