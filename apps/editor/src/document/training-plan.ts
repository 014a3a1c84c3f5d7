import type { NodeDescription, Workflow } from '@woolgather/workflow'
import { linksInto } from './inputs-of.ts'
import { loaderOf } from './preview-prompt.ts'

/** What a training is asked, as far as it is known before anything runs. */
export interface TrainingAsked {
  /** The model’s file. */
  file: string
  rank: number
  batch: number
  /** Tokens of the longest example that the dataset allows. */
  tokens: number
}

/**
 * Of a node that trains, what decides the memory that it takes: what is typed, and elsewhere what is usual. Undefined
 * where its model is not one that is loaded from a file here.
 */
export function trainingPlan(
  { nodes }: Pick<Workflow, 'nodes'>,
  id: string,
  byType: ReadonlyMap<string, NodeDescription>,
  isHere: (file: string) => boolean,
): TrainingAsked | undefined {
  const node = nodes[id]
  const loader = node && loaderOf(nodes, node, isHere)
  const file = loader === undefined ? undefined : nodes[loader]?.inputs?.['file']
  if (node === undefined || typeof file !== 'string') return undefined
  const typed = (of: string | undefined, type: string, input: string): number => {
    const own = of === undefined ? undefined : nodes[of]?.inputs?.[input]
    const usual = byType.get(type)?.inputs.find(({ name }) => name === input)?.default
    return typeof own === 'number' && own > 0 ? own : Number(usual ?? 1)
  }
  const [dataset] = linksInto(node, 'dataset')
  return {
    file,
    rank: typed(id, trainer, 'rank'),
    batch: typed(id, trainer, 'batch'),
    tokens: typed(dataset?.[0], 'lora/dataset', 'cutoff'),
  }
}

/** The node that trains. */
export const trainer = 'lora/train'
