import type { Coordinate, OutputValue } from '../events/events.ts'
import type { Json } from '../json/json.ts'
import type { LabelledAxis } from './labelled.ts'

/** Puts what stands at coordinates in the order of the axes; what lies along fewer of them comes first. */
export function sortByCoordinate<Placed extends { at: Coordinate }>(
  placed: Placed[],
  axes: readonly { id: string }[],
): Placed[] {
  return placed.sort((a, b) => {
    for (const { id } of axes) {
      const difference = (a.at[id] ?? -1) - (b.at[id] ?? -1)
      if (difference !== 0) return difference
    }
    return 0
  })
}

/**
 * The values of an axis, as the cells of the node that makes it gave them: one list, or one per place where it lies
 * within other axes.
 * @param listOf what a cell gave; undefined where that is no list, or not there yet
 */
export function valuesOfAxis<Outputs extends Readonly<Record<string, OutputValue>>>(
  makers: Iterable<{ at: Coordinate; outputs?: Outputs }>,
  within: readonly string[],
  listOf: (outputs: Outputs) => Json[] | undefined,
): Pick<LabelledAxis, 'values' | 'within'> {
  const lists: Record<string, Json[]> = {}
  for (const { at, outputs } of makers) {
    const list = outputs && listOf(outputs)
    if (list !== undefined) lists[within.map((id) => at[id]).join(',')] = list
  }
  return within.length === 0 ? { values: lists[''] ?? [] } : { values: lists, within: [...within] }
}
