import type { InputDescription, Link, NodeDescription, PortType, WorkflowNode } from '@woolgather/workflow'

/** An input of one particular node: described by its type, made by a placeholder, or left over from something. */
export interface NodeInput extends InputDescription {
  /** Only named by the document: its type does not know it (any more). */
  orphan?: boolean
}

const placeholder = /\{\{\s*([A-Za-z_][\w-]*)\s*\}\}/g

/** Names of the `{{name}}` placeholders in a text, each once, in order of appearance. */
export function findPlaceholders(text: string): string[] {
  return [...new Set([...text.matchAll(placeholder)].map((match) => match[1] as string))]
}

/** Every input a node has, so that nothing the document says is ever invisible. */
export function inputsOf(node: WorkflowNode, description: NodeDescription | undefined): NodeInput[] {
  const known: NodeInput[] = [...(description?.inputs ?? []), ...placeholderInputs(node, description)]
  const names = new Set(known.map((input) => input.name))
  const named = [...Object.keys(node.links ?? {}), ...Object.keys(node.inputs ?? {})]
  const orphans = [...new Set(named)].filter((name) => !names.has(name)).map(orphanInput)
  return [...known, ...orphans]
}

function placeholderInputs(node: WorkflowNode, description: NodeDescription | undefined): NodeInput[] {
  const dynamic = description?.dynamicInputs
  const text = dynamic && node.inputs?.[dynamic.from]
  if (!dynamic || typeof text !== 'string') return []
  const taken = new Set(description.inputs.map((input) => input.name))
  return findPlaceholders(text)
    .filter((name) => !taken.has(name))
    .map((name) => dynamicInput(name, dynamic.type))
}

function dynamicInput(name: string, type: PortType): NodeInput {
  return {
    name,
    title: name,
    description: `Fills {{${name}}}`,
    type,
    required: true,
    ...(type === 'text' && { schema: { type: 'string' } }),
  }
}

function orphanInput(name: string): NodeInput {
  return {
    name,
    title: name,
    description: 'This node has no such input',
    type: 'any',
    required: false,
    orphan: true,
  }
}

/** The links into one input, as a list whether or not it takes several. */
export function linksInto(node: WorkflowNode, input: string): Link[] {
  const value = node.links?.[input]
  if (value === undefined) return []
  return isSingle(value) ? [value] : value
}

export function isSingle(value: Link | Link[]): value is Link {
  return typeof value[0] === 'string'
}

/** Outputs of a node; of an unknown type, those that something links from. */
export function outputsOf(
  id: string,
  description: NodeDescription | undefined,
  nodes: Record<string, WorkflowNode>,
): NodeDescription['outputs'] {
  if (description) return description.outputs
  const used = new Set<string>()
  for (const node of Object.values(nodes))
    for (const input of Object.keys(node.links ?? {}))
      for (const [from, output] of linksInto(node, input)) if (from === id) used.add(output)
  return [...used].map((name) => ({ name, type: 'any', description: '' }))
}
