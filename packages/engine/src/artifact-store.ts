import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, existsSync, renameSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
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

export function createFileArtifactStore(folder: string): ArtifactStore {
  return {
    put(bytes, type) {
      const ref = refer(bytes, type)
      const path = pathOf(folder, ref.artifact)
      if (!existsSync(path)) writeWhole(path, bytes)
      return ref
    },
    async get(artifact) {
      if (!/^[0-9a-f]{64}$/.test(artifact)) return undefined
      try {
        const bytes = await readFile(pathOf(folder, artifact))
        return sha256(bytes) === artifact ? bytes : undefined
      } catch {
        return undefined
      }
    },
  }
}

function writeWhole(path: string, bytes: Uint8Array): void {
  mkdirSync(join(path, '..'), { recursive: true })
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  writeFileSync(temporary, bytes)
  renameSync(temporary, path)
}

/** Two letters of folder keep listings short. */
function pathOf(folder: string, artifact: string): string {
  return join(folder, artifact.slice(0, 2), artifact)
}

function refer(bytes: Uint8Array, type: string): ArtifactRef {
  return { artifact: sha256(bytes), type, bytes: bytes.byteLength }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
