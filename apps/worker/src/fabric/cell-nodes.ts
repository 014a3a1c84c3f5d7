import { createRegistry, type Registry } from '@woolgather/engine'
import { cellResources, type CellTask } from '@woolgather/fabric'
import { loadNodes, type NodeServices, type WoolgatherNode } from '@woolgather/nodes'
import { jsonSchema, type Json, type Workflow } from '@woolgather/workflow'
import type { RunAsked } from '../host/host.ts'
import { readReaders } from './cell-task.ts'

/** A cell that was sent here, as the input of a node of the type that its kind says; with the workflow it is of. */
type SentCell = Omit<CellTask, 'address' | 'resource' | 'workflow'> & { workflow: Workflow }

/**
 * Nodes that run what was sent as cells: one for each resource, so that many cells of one model decode together. What a
 * cell is handed was found where its workflow runs; it is run here as there, and kept here by the same contents.
 */
export function defineCellNodes(
  definitionOf: (type: string) => WoolgatherNode | undefined,
): WoolgatherNode[] {
  const sent = (inputs: object): SentCell => (inputs as { cell: SentCell }).cell
  const innerOf = ({ type, version }: SentCell): WoolgatherNode => {
    const inner = definitionOf(type)
    if (inner?.version === version) return inner
    throw new Error(`There is no \`${type}\` of version ${version} here.`)
  }
  return cellResources.map((resource): WoolgatherNode => ({
    type: `fabric/${resource}`,
    version: 1,
    title: 'Cell',
    description: 'A cell of a run elsewhere.',
    resource,
    impure: false,
    inputs: {
      cell: { type: 'json', description: 'Everything its node is handed.', schema: jsonSchema },
    },
    outputs: { outputs: { type: 'json', description: 'What it gives.' } },
    holds: (inputs) => innerOf(sent(inputs)).holds?.(sent(inputs).inputs as never) ?? [],
    async fingerprint(inputs, services) {
      const { inputs: inner } = sent(inputs)
      return (await innerOf(sent(inputs)).fingerprint?.(inner as never, services)) ?? null
    },
    async run(inputs, context) {
      const cell = sent(inputs)
      const { seed, iteration, node, at, workflow } = cell
      const own = {
        ...{ seed, iteration, node, at, workflow },
        services: context.services,
        signal: context.signal,
        enough: context.enough,
        progress: context.progress,
        token: context.token,
        taken: context.taken,
        chart: context.chart,
        canvas: context.canvas,
        readers: readReaders(cell.readers),
        typed: (input: string) => cell.typed.includes(input),
        written: (input: string) => cell.written.includes(input),
      }
      return { outputs: (await innerOf(cell).run(cell.inputs as never, own)) as Json }
    },
  }))
}

/** A registry that knows these nodes, too, and the definitions of a run whose cells they run. */
export function withCellNodes(registry: Registry<NodeServices>): {
  registry: Registry<NodeServices>
  definitionsOf: (request: RunAsked) => Promise<ReadonlyMap<string, WoolgatherNode>>
} {
  const described = createRegistry(
    defineCellNodes(() => undefined),
    registry,
  )
  return {
    registry: described,
    async definitionsOf({ workflow }) {
      const cells = Object.values(workflow.nodes).map(({ inputs }) => inputs?.['cell'] as unknown as SentCell)
      const nodes = Object.fromEntries(cells.map(({ type }) => [type, { type }]))
      const loaded = await loadNodes({ nodes })
      const definitionOf = (type: string): WoolgatherNode | undefined =>
        loaded.get(type) ?? registry.definitions.get(type)
      return new Map(defineCellNodes(definitionOf).map((node) => [node.type, node]))
    },
  }
}
