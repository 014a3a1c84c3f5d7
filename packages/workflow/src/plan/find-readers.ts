import type { PortType } from '../types/ports.ts'
import type { FlatGraph, FlatNode } from './flat-graph.ts'
import { startOf } from './start-of.ts'
import type { Readers } from './plan.ts'

/** An input that a value comes to. */
interface Reader {
  flat: FlatNode
  input: string
}

/** An output that a value comes out of. */
interface Source {
  flat: FlatNode
  output: string
}

/**
 * Tells each node whose type asks for it who reads its output, through everything that only hands values on. All of the
 * workflow counts, whatever is asked for of it: an axis is the same for one of its readers as for all.
 */
export function findReaders(graph: FlatGraph): void {
  const asking = graph.nodes.filter(({ description }) => description?.asksReaders !== undefined)
  if (asking.length === 0) return
  const readersOf = readersByNode(graph)
  for (const flat of asking) {
    const from = { flat, output: flat.description?.asksReaders ?? '' }
    flat.readers = summarise(follow(from, readersOf, graph))
  }
}

function readersByNode({ nodes }: FlatGraph): Map<FlatNode, (Reader & { output: string })[]> {
  const readers = new Map<FlatNode, (Reader & { output: string })[]>()
  for (const flat of nodes) {
    if (flat.skipped !== undefined) continue
    for (const { from, output, input } of flat.links) {
      const reader = { flat, input, output }
      const known = readers.get(from)
      if (known === undefined) readers.set(from, [reader])
      else known.push(reader)
    }
  }
  return readers
}

/** The inputs at which a value ends up. */
function follow(from: Source, readersOf: ReturnType<typeof readersByNode>, graph: FlatGraph): Reader[] {
  const ends: Reader[] = []
  const queue = [from]
  const seen = new Map<FlatNode, Set<string>>()
  for (let head = 0; head < queue.length; head++) {
    const { flat, output } = queue[head] as Source
    const outputs = seen.get(flat) ?? new Set()
    if (outputs.has(output)) continue
    seen.set(flat, outputs.add(output))
    for (const reader of readersOf.get(flat) ?? []) {
      if (reader.output !== output) continue
      const further = passedOn(reader, graph)
      if (further.length === 0 || typeOf(reader) !== 'any') ends.push(reader)
      queue.push(...further)
    }
  }
  return ends
}

/** Where what comes to an input comes out again: a slot of a loop does at its start, and from its end at both. */
function passedOn({ flat, input }: Reader, { byPath }: FlatGraph): Source[] {
  const description = flat.description
  if (description?.zone === undefined || description.inputs.some(({ name }) => name === input)) {
    const output = flat.ports?.inputs.get(input)?.passes
    return output === undefined ? [] : [{ flat, output }]
  }
  if (description.zone === 'start') return [{ flat, output: input }]
  const start = startOf(flat, byPath)
  const atEnd = [input, `history.${input}`].map((output) => ({ flat, output }))
  return start === undefined ? atEnd : [{ flat: start, output: input }, ...atEnd]
}

function typeOf({ flat, input }: Reader): PortType {
  return flat.ports?.inputs.get(input)?.type ?? 'any'
}

function summarise(ends: readonly Reader[]): Readers {
  const types = [...new Set(ends.map(typeOf))].sort()
  const limits = ends.flatMap(({ flat }) => tokenLimit(flat) ?? [])
  return limits.length === 0 ? { types } : { types, mostTokens: Math.max(...limits) }
}

/** The most tokens a node writes; infinite where that is not known before it runs. */
function tokenLimit({ description, literals, links }: FlatNode): number | undefined {
  const limit = description?.inputs.find(({ limitsTokens }) => limitsTokens === true)
  if (limit === undefined) return undefined
  if (links.some(({ input }) => input === limit.name)) return Infinity
  const tokens = Object.hasOwn(literals, limit.name) ? literals[limit.name] : limit.default
  return typeof tokens === 'number' ? tokens : Infinity
}
