import { standIns, type ModelLedger, type Models } from '@woolgather/files'
import type { ModelFile } from '@woolgather/protocol'
import { isModelAddress, kindOfModel, requiredModels, type Descriptions } from '@woolgather/workflow'

/** Names that are offered in place of one. */
const mostOffered = 50

/** The models of workers on other machines, and those that are on the server alone, which no workflow can use. */
export function withOffered(
  local: Awaited<ReturnType<Models['list']>>['files'],
  offered: readonly ModelFile[],
): ModelFile[] {
  const names = new Set(offered.map(({ file }) => file))
  return [...offered, ...local.filter(({ file }) => !names.has(file)).map((model) => ({ ...model, workers: [] }))]
}

/** Knows which models no worker has, where workers of other machines run them. */
export function ledgerOfWorkers(
  ledger: ModelLedger,
  descriptions: Descriptions,
  offered: () => readonly ModelFile[],
): ModelLedger {
  return {
    ...ledger,
    async missing(workflow) {
      // While no worker is there, nobody can say.
      if (offered().length === 0) return []
      const named = requiredModels(workflow, descriptions)
      const there = new Set(offered().map(({ file }) => file))
      const used = named.flatMap(({ file }) => (there.has(file) ? [file] : []))
      return named
        .filter(({ file }) => !there.has(file) && !isModelAddress(file))
        .map((model) => {
          const kind = kindOfModel(workflow, model.file, descriptions)
          const instead = standIns(model.file, kind, offered(), used)
          return {
            ...model,
            problem: 'absent' as const,
            ...(kind !== 'model' && { kind }),
            ...(instead.length > 0 && { instead: instead.slice(0, mostOffered) }),
          }
        })
    },
  }
}
