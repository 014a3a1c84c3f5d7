import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeWholeSync } from '@woolgather/disk'
import type { ArtifactRef } from '@woolgather/workflow'

/** Where outputs too long for an event are kept, by the sha256 of their bytes. */
export interface ArtifactStore {
  /** Stored when it returns, so that whoever sees the reference can fetch it. `type` is a media type. */
  put(bytes: Uint8Array, type: string): ArtifactRef
  get(artifact: string): Promise<Uint8Array | undefined>
}

export function createMemoryArtifactStore(): ArtifactStore {
  const stored = new Map<string, Uint8Array>()
  return {
    put(bytes, type) {
      const ref = refer(bytes, type)
      stored.set(ref.artifact, bytes)
      return ref
    },
    get: (artifact) => Promise.resolve(stored.get(artifact)),
  }
}

export interface FileArtifactOptions {
  /** Told once for each artifact whose file is not what was written; it counts as missing, and is written anew by `put`. */
  onDamaged?: (path: string) => void
}

export function createFileArtifactStore(
  folder: string,
  { onDamaged = () => undefined }: FileArtifactOptions = {},
): ArtifactStore {
  const known = new VerifiedFiles()
  const told = new Set<string>()
  const tell = (path: string): void => {
    if (!told.has(path)) onDamaged(path)
    told.add(path)
  }
  const isWhole = (path: string, artifact: string): boolean => {
    const identity = identityOf(path)
    if (identity === undefined) return false
    if (known.has(artifact, identity)) return true
    const whole = hashIs(artifact, () => readFileSync(path))
    if (whole) known.add(artifact, identity)
    else tell(path)
    return whole
  }
  return {
    put(bytes, type) {
      const ref = refer(bytes, type)
      const path = artifactPath(folder, ref.artifact)
      if (isWhole(path, ref.artifact)) {
        if (!touch(path)) return ref
      } else writeAnew(path, bytes)
      known.add(ref.artifact, identityOf(path) ?? '')
      return ref
    },
    async get(artifact) {
      if (!/^[0-9a-f]{64}$/.test(artifact)) return undefined
      const path = artifactPath(folder, artifact)
      try {
        const bytes = await readFile(path)
        if (sha256(bytes) === artifact) return bytes
        tell(path)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') tell(path)
      }
      return undefined
    },
  }
}

/** Files whose contents were looked at, by what changes when a file does: most artifacts are put many times. */
class VerifiedFiles {
  readonly #identities = new Map<string, string>()

  has(artifact: string, identity: string): boolean {
    return this.#identities.get(artifact) === identity
  }

  add(artifact: string, identity: string): void {
    if (this.#identities.size >= mostRemembered) this.#identities.clear()
    this.#identities.set(artifact, identity)
  }
}

const mostRemembered = 10_000

/** Milliseconds for which it shows that an artifact was put, well within what whoever removes some allows for. */
const freshness = 60_000

/** Shows that it is about to be referred to again. False where it shows that already. */
function touch(path: string): boolean {
  const now = Date.now()
  if (now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < freshness) return false
  utimesSync(path, now / 1_000, now / 1_000)
  return true
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path)
    return [dev, ino, size, mtimeMs, ctimeMs].join(' ')
  } catch {
    return undefined
  }
}

function hashIs(artifact: string, read: () => Uint8Array): boolean {
  try {
    return sha256(read()) === artifact
  } catch {
    return false
  }
}

/** Whatever else stands in its place gives way: a folder there, or a file where its folder should be. */
function writeAnew(path: string, bytes: Uint8Array): void {
  const folder = dirname(path)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(folder)
  mkdirSync(folder, { recursive: true })
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) rmSync(path, { recursive: true })
  writeWholeSync(path, bytes)
}

/** Two letters of folder keep listings short. */
export function artifactPath(folder: string, artifact: string): string {
  return join(folder, artifact.slice(0, 2), artifact)
}

function refer(bytes: Uint8Array, type: string): ArtifactRef {
  return { artifact: sha256(bytes), type, bytes: bytes.byteLength }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
