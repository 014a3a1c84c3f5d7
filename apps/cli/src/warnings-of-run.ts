import type { Plan } from '@woolgather/workflow'
import { resolveValue } from './assemble-outputs.ts'
import type { CellEnd } from './collect-run.ts'
import type { ToldWarning } from './print-warnings.ts'

/** Told of one run: a sweep of prompts may warn in every cell. */
const mostTold = 20

/** What nodes warned of while they ran, each sentence once for its node. */
export async function warningsOfRun(
  plan: Plan,
  cells: ReadonlyMap<string, readonly CellEnd[]>,
  readArtifact: (hash: string) => Promise<Uint8Array | undefined>,
): Promise<ToldWarning[]> {
  const told = new Map<string, ToldWarning>()
  for (const { path, definedAt, description } of plan.nodes) {
    for (const { name } of description.outputs.filter(({ warns }) => warns)) {
      for (const end of cells.get(path) ?? []) {
        const value = 'outputs' in end ? end.outputs[name] : undefined
        const sentences = value === undefined ? [] : await resolveValue(value, readArtifact)
        for (const message of Array.isArray(sentences) ? sentences : []) {
          if (typeof message !== 'string') continue
          if (told.size >= mostTold) return [...told.values()]
          told.set(`${definedAt}\n${message}`, { node: definedAt, message })
        }
      }
    }
  }
  return [...told.values()]
}
