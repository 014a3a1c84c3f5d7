import {
  readWarnings,
  resolveOutput,
  type Plan,
  type ReadArtifact,
  type SettledCells,
} from '@woolgather/workflow'
import type { ToldWarning } from '../print/print-warnings.ts'

/** Told of one run: a sweep of prompts may warn in every cell. */
const mostTold = 20

/** What nodes warned of while they ran, each sentence once for its node. */
export async function warningsOfRun(
  plan: Plan,
  cells: SettledCells,
  readArtifact: ReadArtifact,
): Promise<ToldWarning[]> {
  const told = new Map<string, ToldWarning>()
  for (const { path, definedAt, description } of plan.nodes) {
    for (const { name } of description.outputs.filter(({ warns }) => warns)) {
      for (const cell of cells.get(path) ?? []) {
        const value = 'outputs' in cell ? cell.outputs[name] : undefined
        const given = value === undefined ? [] : await resolveOutput(value, readArtifact)
        for (const warning of readWarnings(given)) {
          if (told.size >= mostTold) return [...told.values()]
          told.set(`${definedAt}\n${warning.message}`, { ...warning, node: definedAt })
        }
      }
    }
  }
  return [...told.values()]
}
