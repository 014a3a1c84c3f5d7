import type { Json, WorkflowNode } from '@woolgather/workflow'
import { linksInto } from '../../document/inputs-of.ts'

/** What a node gave at an output in the run: one for each of its cells; of an axis, lists. Empty where nobody knows. */
export type ReadOutputs = (node: string, output: string) => readonly Json[]

/**
 * The seeds that some nodes drew with, typed into them or linked. The first seed that is typed into a node which gives
 * seeds out is none of them: those that it gives them to have it.
 */
export function seedsOf(
  nodes: Readonly<Record<string, WorkflowNode>>,
  givesSeeds: (node: WorkflowNode) => boolean,
  outputsOf: ReadOutputs,
): number[] {
  return Object.values(nodes).flatMap((node) => {
    const linked = linksInto(node, 'seed').flatMap(([from, output]) => outputsOf(from, output).flat())
    const typed = givesSeeds(node) ? undefined : node.inputs?.['seed']
    return [...linked, typed].filter((seed) => typeof seed === 'number')
  })
}

/** Seeds are named one by one up to here; of more, the first and the last, or how many they are. */
const mostNamed = 4

/** `seed 7`, `seeds 1–12`: empty where there are none. */
export function nameSeeds(seeds: readonly number[]): string {
  const distinct = [...new Set(seeds)].sort((a, b) => a - b)
  const [first, last] = [distinct[0], distinct.at(-1)]
  if (first === undefined || last === undefined) return ''
  if (distinct.length === 1) return `seed ${first}`
  if (distinct.length > 2 && last - first === distinct.length - 1) return `seeds ${first}–${last}`
  const shown = distinct.slice(0, mostNamed).join(', ')
  return distinct.length > mostNamed
    ? `seeds ${shown} and ${distinct.length - mostNamed} more`
    : `seeds ${shown}`
}
