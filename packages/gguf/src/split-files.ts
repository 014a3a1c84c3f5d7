import { basename, dirname, join } from 'node:path'
import { GgufError } from './gguf-error.ts'
import { headerLimits } from './limits.ts'
import type { GgufHeader } from './read-header.ts'

/**
 * The files of a model by its first one, which is the only one unless the model is split (`split.count`):
 * `NAME-00001-of-00003.gguf` and so on, side by side.
 *
 * @throws GgufError where the parts are not named so, or `path` is not the first
 */
export function partPaths(path: string, { metadata }: GgufHeader): string[] {
  const count = metadata.get('split.count')
  if (typeof count !== 'number' || count <= 1) return [path]
  const name = /^(?<stem>.*)-(?<number>\d{5})-of-(?<count>\d{5})\.gguf$/.exec(basename(path))?.groups
  if (name === undefined || Number(name['count']) !== count || count > headerLimits.parts) {
    throw new GgufError(
      `it is one of ${count} parts of a model, but is not named like one`,
      'Give the parts their names back: NAME-00001-of-00003.gguf and so on.',
    )
  }
  if (Number(name['number']) !== 1) {
    throw new GgufError(
      `it is part ${Number(name['number'])} of ${count} of a model`,
      'Choose the first part; the others are found beside it.',
    )
  }
  return Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(5, '0')
    return join(dirname(path), `${name['stem']}-${number}-of-${name['count']}.gguf`)
  })
}
