import type { ModelFile } from '@woolgather/protocol'
import { findModels } from '../widgets/find-models.ts'

export type Column = 'file' | 'architecture' | 'bytes' | 'quantization' | 'context' | 'license' | 'memoryBytes'

export interface Order {
  by: Column
  descending: boolean
}

export const startOrder: Order = { by: 'file', descending: false }

/** The same column turns round; of numbers the largest are wanted first. */
export function orderBy({ by, descending }: Order, column: Column): Order {
  if (by === column) return { by, descending: !descending }
  return { by: column, descending: column === 'bytes' || column === 'context' || column === 'memoryBytes' }
}

/** Those of the kinds that are wanted, in order; what lacks the value stands last whichever way. */
export function sortModels(
  models: readonly ModelFile[],
  { by, descending }: Order,
  { query, kind }: { query: string; kind: ModelFile['kind'] | 'all' },
): ModelFile[] {
  const found = findModels(models, query).filter((model) => kind === 'all' || model.kind === kind)
  const compare = (a: ModelFile, b: ModelFile): number => {
    const [left, right] = [a[by] ?? '', b[by] ?? '']
    if (left === '' || right === '') return Number(left === '') - Number(right === '')
    const way =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : String(left).localeCompare(String(right), 'en', { numeric: true })
    return descending ? -way : way
  }
  return found.toSorted((a, b) => compare(a, b) || a.file.localeCompare(b.file, 'en', { numeric: true }))
}
