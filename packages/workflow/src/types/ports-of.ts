import type { InputDescription, NodeDescription, OutputDescription } from './description.ts'
import type { WorkflowNode } from '../document/document.ts'
import type { Json } from '../json/json.ts'
import { portTypes, type PortType } from './ports.ts'

/** The inputs and outputs a node has, by name, those that follow from its literals included. */
export interface Ports {
  inputs: ReadonlyMap<string, InputDescription>
  outputs: ReadonlyMap<string, OutputDescription>
  /** Those of the inputs that cannot be left out. */
  required: readonly InputDescription[]
  /** Set where any output name is accepted. */
  open?: { type: PortType; spreads?: boolean }
}

type Nodes = Readonly<Record<string, WorkflowNode>>

export type PortsReader = (node: WorkflowNode, description: NodeDescription, nodes: Nodes) => Ports

/**
 * Reads ports as `portsOf` does, each once: a subgraph may be laid out many times, and many ends may name one start.
 * For one look at one document.
 */
export function createPortsReader(): PortsReader {
  const known = new Map<Nodes, Map<WorkflowNode, Ports>>()
  const bySlots = new Map<NodeDescription, Map<object, Ports>>()
  return (node, description, nodes) => {
    if (description.dynamicInputs === undefined) return fixedPorts(description)
    const inScope = entryOf(known, nodes)
    const before = inScope.get(node)
    if (before !== undefined) return before
    const slots = slotsLiteral(node, description.dynamicInputs, nodes)
    const ofSlots = entryOf(bySlots, description)
    const ports = (slots && ofSlots.get(slots)) ?? portsOf(node, description, nodes)
    if (slots !== undefined) ofSlots.set(slots, ports)
    inScope.set(node, ports)
    return ports
  }
}

function entryOf<Key, Inner extends object, Value>(
  maps: Map<Key, Map<Inner, Value>>,
  key: Key,
): Map<Inner, Value> {
  const map = maps.get(key) ?? new Map<Inner, Value>()
  maps.set(key, map)
  return map
}

/** Ports of `node`, which stands among `nodes` (the end of a loop takes its slots from the start it names). */
export function portsOf(node: WorkflowNode, description: NodeDescription, nodes: Nodes): Ports {
  const fixed = fixedPorts(description)
  const dynamic = description.dynamicInputs
  if (dynamic === undefined) return fixed
  const inputs = new Map(fixed.inputs)
  const outputs = new Map(fixed.outputs)
  for (const port of dynamicPorts(node, dynamic, nodes)) {
    if (!inputs.has(port.name)) inputs.set(port.name, linkedInput(port))
    if (dynamic.kind === 'placeholders') continue
    if (!outputs.has(port.name)) outputs.set(port.name, { ...port, description: 'A slot of the loop.' })
    if (dynamic.kind === 'zone-slots') {
      const history = `history.${port.name}`
      outputs.set(history, {
        name: history,
        type: port.type,
        description: `\`${port.name}\` of every iteration.`,
      })
    }
  }
  const required = [...inputs.values()].filter((input) => input.required)
  return { inputs, outputs, required, ...(fixed.open && { open: fixed.open }) }
}

/** The output called `name`, or undefined. */
export function outputOf(ports: Ports, name: string): OutputDescription | undefined {
  const output = ports.outputs.get(name)
  if (output !== undefined || ports.open === undefined) return output
  return { name, description: '', ...ports.open }
}

interface Port {
  name: string
  type: PortType
}

function dynamicPorts(
  node: WorkflowNode,
  dynamic: NonNullable<NodeDescription['dynamicInputs']>,
  nodes: Nodes,
): Port[] {
  if (dynamic.kind !== 'placeholders') return slotsOf(slotsLiteral(node, dynamic, nodes))
  const literal = literalOf(node, dynamic.from)
  return typeof literal === 'string'
    ? placeholdersIn(literal).map((name) => ({ name, type: dynamic.type }))
    : []
}

/** Where the slots of a loop are named: in its start, for both ends. */
function slotsLiteral(
  node: WorkflowNode,
  dynamic: NonNullable<NodeDescription['dynamicInputs']>,
  nodes: Nodes,
): Record<string, Json> | undefined {
  const literal = literalOf(node, dynamic.from)
  const start = typeof literal === 'string' && Object.hasOwn(nodes, literal) ? nodes[literal] : undefined
  const slots = dynamic.kind === 'slots' ? literal : start && literalOf(start, 'slots')
  const isObject = typeof slots === 'object' && slots !== null && !Array.isArray(slots)
  return isObject && dynamic.kind !== 'placeholders' ? slots : undefined
}

/** A `{{name}}` in a text; `from` and `to` take in its braces. */
export interface Placeholder {
  name: string
  from: number
  to: number
}

/** Names between double braces, in order: `{{name}}`, spaces inside the braces allowed. */
export function findPlaceholders(text: string): Placeholder[] {
  return [...text.matchAll(placeholder)]
    .map(({ 0: whole, 1: name = '', index }) => ({ name, from: index, to: index + whole.length }))
    .filter(({ name }) => name !== '__proto__')
}

function placeholdersIn(text: string): string[] {
  return [...new Set(findPlaceholders(text).map(({ name }) => name))]
}

const placeholder = /\{\{\s*([\p{L}_][\p{L}\p{N}_-]{0,63})\s*\}\}/gu

function slotsOf(slots: Record<string, Json> = {}): Port[] {
  return Object.entries(slots).map(([name, type]) => ({ name, type: portTypeOf(type) }))
}

function portTypeOf(type: unknown): PortType {
  return portTypes.find((known) => known === type) ?? 'any'
}

function literalOf(node: WorkflowNode, name: string): Json | undefined {
  return node.inputs !== undefined && Object.hasOwn(node.inputs, name) ? node.inputs[name] : undefined
}

function linkedInput(port: Port): InputDescription {
  return { ...port, title: port.name, description: '', required: true }
}

const fixedPortsByDescription = new WeakMap<NodeDescription, Ports>()

function fixedPorts(description: NodeDescription): Ports {
  const known = fixedPortsByDescription.get(description)
  if (known !== undefined) return known
  const ports: Ports = {
    inputs: new Map(description.inputs.map((input) => [input.name, input])),
    outputs: new Map(description.outputs.map((output) => [output.name, output])),
    required: description.inputs.filter((input) => input.required),
  }
  const open = description.dynamicOutputs
  if (open !== undefined) {
    ports.open = open.spreads === undefined ? { type: open.type } : { type: open.type, spreads: open.spreads }
  }
  fixedPortsByDescription.set(description, ports)
  return ports
}
