import type { Json } from '../json/json.ts'
import { isModelAddress } from '../types/required-models.ts'
import { splitValues } from '../values/split-values.ts'
import type { Plan, PlanNode } from './plan.ts'

/**
 * Whether the author of the workflow (or who bound it) wrote what an input gets: typed into it, or into a node that gives all
 * items of that, one by one. Nothing that a run finds out can have chosen it or be part of it.
 */
export function isWritten(nodes: readonly PlanNode[], node: PlanNode, input: string): boolean {
  return writtenAt(nodes, node, input) !== undefined
}

/** An address, and the input that names it. */
export interface WrittenAddress {
  node: string
  input: string
  address: string
}

/** Addresses to download from that are written in a workflow, where files are named. */
export function writtenAddresses({ nodes }: Plan): WrittenAddress[] {
  return nodes
    .filter(({ idle }) => idle === undefined)
    .flatMap((node) =>
      node.description.inputs
        .filter(({ type }) => type === 'file')
        .flatMap(({ name: input }) =>
          (writtenAt(nodes, node, input) ?? [])
            .flatMap(itemsIn)
            .filter(isModelAddress)
            .map((address) => ({ node: node.path, input, address })),
        ),
    )
}

function writtenAt(nodes: readonly PlanNode[], node: PlanNode, input: string): Json[] | undefined {
  const links = node.links.filter((link) => link.input === input)
  if (links.length === 0) {
    const { [input]: value } = node.literals
    return value === undefined ? undefined : [value]
  }
  const sources = links.map(({ source, output }) => {
    const from = nodes[source]
    const items = from?.description.outputs.find(({ name }) => name === output)?.itemsOf
    return from && items !== undefined ? writtenAt(nodes, from, items) : undefined
  })
  return sources.every((values) => values !== undefined) ? sources.flat() : undefined
}

function itemsIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(itemsIn)
  if (typeof value !== 'string') return []
  return [
    value,
    ...splitValues(value).flatMap(({ value: item }) => (typeof item === 'string' ? [item.trim()] : [])),
  ]
}
