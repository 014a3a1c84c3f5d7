import { LlamaError } from '../contract/error.ts'
import type { LanguageModel } from '../contract/interface.ts'
import { gibibytes } from '../memory/gibibytes.ts'

/** What tells that several models do not fit together, and what all of them take; one alone is refused as it was. */
export function refuseTogether(
  wanted: readonly { key: string; name: string }[],
  loaded: readonly LanguageModel[],
  error: LlamaError,
): LlamaError {
  const { memory } = error
  const names = new Map(wanted.map(({ key, name }) => [key, name]))
  if (names.size < 2 || memory === undefined) return error
  const last = loaded.length === names.size - 1 ? 'about' : 'more than'
  const others = loaded.map(({ info }) => info.memory.ram + info.memory.gpu)
  const taken = others.reduce((sum, bytes) => sum + bytes, 0)
  const needed = taken + memory.needed.ram + memory.needed.gpu
  const there = taken + memory.free.ram + memory.free.gpu
  return new LlamaError(
    'model-too-large',
    `${[...names.values()].join(' and ')} are needed at once and take ${last} ${gibibytes(needed)} of memory together, but ${gibibytes(there)} are there for them.`,
    {
      hint: 'Ask for less context, choose smaller models or stronger quantisations, or use them in cells of their own.',
      cause: error,
    },
  )
}
