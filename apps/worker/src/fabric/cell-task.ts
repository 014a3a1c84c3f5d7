import { asJson, cellResources, hashOf, type CellTask, type QueueNeeds } from '@woolgather/fabric'
import type { NodeContext } from '@woolgather/engine'
import type { NodeServices, WoolgatherNode } from '@woolgather/nodes'
import type { Json, Readers } from '@woolgather/workflow'

export interface TaskOptions {
  definition: WoolgatherNode
  /** As the node is handed them. */
  inputs: Readonly<Record<string, unknown>>
  context: NodeContext<NodeServices>
  needs: QueueNeeds
  /** Artifact with the workflow, for what carries it. */
  workflow?: string | undefined
  /** Hosts that it may download from. */
  hosts: string[]
  /** Tells it from every other with the same inputs, where its result may be another each time. */
  once: string | undefined
}

/** A cell as data. Its address is that of every cell with the same code, node, inputs, seed and contents of files. */
export function describeTask({
  definition: { type, version, resource },
  inputs,
  context,
  needs,
  workflow,
  hosts,
  once,
}: TaskOptions): CellTask {
  const names = Object.keys(inputs)
  const what = {
    type,
    version,
    inputs: asJson(inputs) as Record<string, Json>,
    seed: context.seed,
    iteration: context.iteration,
    readers: writeReaders(context.readers),
    typed: names.filter((name) => context.typed(name)),
    written: names.filter((name) => context.written(name)),
  }
  return {
    ...what,
    address: hashOf(asJson({ what, needs, once })),
    resource: cellResources.find((known) => known === resource) ?? 'default',
    node: context.node,
    at: { ...context.at },
    ...(workflow !== undefined && { workflow }),
    ...(hosts.length > 0 && { hosts }),
  }
}

/** JSON knows no infinite number. */
function writeReaders({ types, mostTokens }: Readers): Json {
  if (mostTokens === undefined) return { types }
  return { types, mostTokens: mostTokens === Infinity ? null : mostTokens }
}

export function readReaders(written: Json): Readers {
  const { types, mostTokens } = written as { types: Readers['types']; mostTokens?: number | null }
  if (mostTokens === undefined) return { types }
  return { types, mostTokens: mostTokens ?? Infinity }
}

/** Texts among the inputs, at any depth, that are such: what a cell reads stands in what it is handed. */
export function textsIn(inputs: unknown, isSuch: (text: string) => boolean): string[] {
  const found = new Set<string>()
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      if (isSuch(value)) found.add(value)
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look)
  }
  look(inputs)
  return [...found].sort()
}
