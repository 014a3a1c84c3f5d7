import type { InputDescription, NodeDescription, OutputDescription } from './description.ts'
import type { WorkflowNode } from './document.ts'
import type { Json } from './json.ts'
import { portTypes, type PortType } from './ports.ts'

/** The inputs and outputs a node has, by name, those that follow from its literals included. */
export interface Ports {
  inputs: ReadonlyMap<string, InputDescription>
  outputs: ReadonlyMap<string, OutputDescription>
  /** Set where any output name is accepted. */
  open?: { type: PortType; spreads?: boolean }
}

type Nodes = Readonly<Record<string, WorkflowNode>>

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
  return fixed.open === undefined ? { inputs, outputs } : { inputs, outputs, open: fixed.open }
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
  const literal = literalOf(node, dynamic.from)
  switch (dynamic.kind) {
    case 'placeholders':
      return typeof literal === 'string'
        ? placeholdersIn(literal).map((name) => ({ name, type: dynamic.type }))
        : []
    case 'slots':
      return slotsOf(literal)
    case 'zone-slots': {
      const start = typeof literal === 'string' && Object.hasOwn(nodes, literal) ? nodes[literal] : undefined
      return start === undefined ? [] : slotsOf(literalOf(start, 'slots'))
    }
  }
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

function slotsOf(literal: Json | undefined): Port[] {
  if (typeof literal !== 'object' || literal === null || Array.isArray(literal)) return []
  return Object.entries(literal).map(([name, type]) => ({ name, type: portTypeOf(type) }))
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
  }
  const open = description.dynamicOutputs
  if (open !== undefined) {
    ports.open = open.spreads === undefined ? { type: open.type } : { type: open.type, spreads: open.spreads }
  }
  fixedPortsByDescription.set(description, ports)
  return ports
}
