import path from 'node:path'
import { withSlashes } from '@woolgather/workflow'
import { exists } from '../paths/exists.ts'
import { isBelow, outsideFolders } from '../paths/confine-path.ts'
import type { ModelSource, SourceKind } from './model-source.ts'
import { walkModels, type WalkOptions } from './walk-models.ts'

/**
 * Models by their paths below a folder, with forward slashes. The name itself never leads out of it; a link that its owner put
 * there may.
 */
export function folderSource(
  folder: string,
  kind: SourceKind = 'folder',
  options: WalkOptions = {},
): ModelSource {
  const at = path.resolve(folder)
  return {
    kind,
    folder: at,
    async list() {
      const { files, broken } = await walkModels(at, options)
      return { files: files.map((ref) => ({ ref, path: path.join(at, ref) })), broken }
    },
    async find(name) {
      // A workflow made on Windows may write `demo\\x.gguf`: it means the same file everywhere.
      const target = path.resolve(at, withSlashes(name))
      if (name.includes('\0') || !isBelow(at, target)) throw outsideFolders(name)
      return (await exists(target)) ? { ref: name, path: target } : undefined
    },
  }
}
