import { isModelAddress, type Json, type Workflow } from '@woolgather/workflow'

/** Addresses that inputs of a workflow are, wherever they stand in it, and those it says its models come from. */
export function addressesIn({ nodes, subgraphs, requires }: Workflow): string[] {
  const graphs = [nodes, ...Object.values(subgraphs ?? {}).map((subgraph) => subgraph.nodes)]
  const inputs = graphs.flatMap((graph) =>
    Object.values(graph).flatMap((node) => Object.values(node.inputs ?? {})),
  )
  const sources = (requires?.models ?? []).flatMap(({ source }) => source ?? [])
  return [...new Set([...inputs, ...sources].flatMap(addressesOf))]
}

function addressesOf(value: Json): string[] {
  if (typeof value === 'string') {
    const words = value.length > 100_000 ? [] : value.split(/[\s,"'()<>]+/)
    return words.filter(isModelAddress)
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(addressesOf)
}
