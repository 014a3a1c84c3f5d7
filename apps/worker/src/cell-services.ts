import type { CellServices } from '@woolgather/engine'
import type { Models, NodeServices } from '@woolgather/nodes'
import { namesOf, type Content, type SourceFiles, type Sources, type Weights } from '@woolgather/weights'
import { filesOfLora, filesOfModel, type Json } from '@woolgather/workflow'
import type { ModelHost } from './models.ts'

export interface CellServicesOptions {
  models: ModelHost
  weights: Weights
  training: NodeServices['training']
  files: NodeServices['files']
  sources: SourceFiles
}

/**
 * What one cell is handed. It notes which files the cell used, so that its fingerprint afterwards is of those, whatever
 * has taken their place meanwhile.
 */
export function createCellServices({
  models,
  weights,
  training,
  files,
  sources,
}: CellServicesOptions): CellServices<NodeServices> {
  /** What was in each file that was used: more than one content, where it changed under the cell. */
  const used = new Map<string, Content[]>()
  const note = (seen: Sources): void => {
    for (const [file, content] of seen) {
      const known = used.get(file) ?? []
      if (!known.some(({ identity }) => identity === content.identity)) used.set(file, [...known, content])
    }
  }
  const contentsOf = async (named: readonly string[]): Promise<Sources> => {
    const now = await sources.look(named.filter((file) => !used.has(file)))
    return new Map(
      named.flatMap((file) =>
        (used.get(file) ?? [now.get(file)!]).map((content, index): [string, Content] => [
          index === 0 ? file : `${file} ${index}`,
          content,
        ]),
      ),
    )
  }
  /** What reads files itself, and may find one thing at its beginning and another at its end. */
  const reading = async <Result>(named: readonly string[], work: () => Promise<Result>): Promise<Result> => {
    note(await sources.look(named))
    try {
      return await work()
    } finally {
      await sources.look(named).then(note, () => {})
    }
  }

  const servicesBy = (which: 'best' | 'early'): NodeServices => {
    const ownModels: Models = {
      ...models,
      fingerprint: async (recipe) =>
        models.fingerprintOf(await contentsOf(filesOfModel(recipe)), which) as Promise<Json>,
      use: (recipe, options, work) => models.useNoting(note, [recipe], options, ([ready]) => work(ready!)),
      useAll: (recipes, options, work) => models.useNoting(note, recipes, options, work),
    }
    const ownWeights: Weights = {
      ...weights,
      compare: (first, second, options) =>
        reading([...filesOfModel(first), ...filesOfModel(second)], () =>
          weights.compare(first, second, options),
        ),
      describeLora: (source, options) =>
        reading(filesOfLora(source), () => weights.describeLora(source, options)),
      fingerprintLora: async (source) =>
        namesOf([...(await contentsOf(filesOfLora(source))).values()], which),
    }
    const ownTraining: NodeServices['training'] = {
      train: (request, options) => {
        const { model, from } = request
        const read = [...filesOfModel(model), ...(from ? filesOfLora(from) : [])]
        return reading(read, () => training.train(request, options))
      },
    }
    return { models: ownModels, weights: ownWeights, training: ownTraining, files }
  }

  return {
    services: servicesBy('best'),
    early: servicesBy('early'),
    async settle() {
      const open = [...used.values()].flat().filter((content) => content.final() === undefined)
      await Promise.all(open.map(({ settled }) => settled))
      return open.length > 0 && open.every((content) => content.final() !== undefined)
    },
  }
}
