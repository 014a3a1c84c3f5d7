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
  const name = partName.exec(basename(path))?.groups
  if (name === undefined || Number(name['count']) !== count || count > headerLimits.parts) {
    throw new GgufError(`it is one of ${count} parts of a model, but is not named like one`, {
      hint: 'Give the parts their names back: NAME-00001-of-00003.gguf and so on.',
    })
  }
  if (Number(name['number']) !== 1) {
    throw new GgufError(`it is part ${Number(name['number'])} of ${count} of a model`, {
      hint: 'Choose the first part; the others are found beside it.',
    })
  }
  return pathsOf(path, name['stem'] ?? '', count)
}

/** The files of a model as far as the name of its first one tells, without looking into it. */
export function namedParts(path: string): string[] {
  const name = partName.exec(basename(path))?.groups
  const count = Number(name?.['count'])
  const isFirst = name !== undefined && Number(name['number']) === 1 && count <= headerLimits.parts
  return isFirst ? pathsOf(path, name['stem'] ?? '', count) : [path]
}

const partName = /^(?<stem>.*)-(?<number>\d{5})-of-(?<count>\d{5})\.gguf$/

function pathsOf(path: string, stem: string, count: number): string[] {
  const five = (number: number): string => String(number).padStart(5, '0')
  return Array.from({ length: count }, (_, index) =>
    join(dirname(path), `${stem}-${five(index + 1)}-of-${five(count)}.gguf`),
  )
}
