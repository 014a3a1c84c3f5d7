import type { InputDescription, Json, NodeDescription, OutputDescription } from '@woolgather/workflow'
import { z } from 'zod'
import type { InputDefinition, NodeDefinition, OutputDefinition } from './define-node.ts'

/** A definition as data, for everything that checks or draws nodes without running them. */
export function describeNode<Services>(definition: NodeDefinition<Services>): NodeDescription {
  const description: NodeDescription = {
    type: definition.type,
    version: definition.version,
    title: definition.title,
    description: definition.description,
    family: definition.type.split('/')[0] ?? '',
    inputs: Object.entries(definition.inputs).map(([name, input]) => describeInput(name, input)),
    outputs: Object.entries(definition.outputs).map(([name, output]) => describeOutput(name, output)),
  }
  if (definition.dynamicInputs !== undefined) description.dynamicInputs = definition.dynamicInputs
  if (definition.dynamicOutputs !== undefined) description.dynamicOutputs = definition.dynamicOutputs
  if (definition.impure === true) description.impure = true
  if (definition.sink === true) description.sink = true
  if (definition.reduces !== undefined) description.reduces = definition.reduces
  if (definition.zone !== undefined) description.zone = definition.zone
  if (definition.asksReaders !== undefined) description.asksReaders = definition.asksReaders
  if (definition.endsEarly !== undefined) description.endsEarly = definition.endsEarly
  return description
}

function describeInput(name: string, input: InputDefinition): InputDescription {
  const absent = input.schema?.safeParse(undefined)
  const described: InputDescription = {
    name,
    title: input.title ?? titleOf(name),
    description: input.description,
    type: input.type,
    required: absent?.success !== true,
  }
  if (input.schema !== undefined) described.schema = jsonSchemaOf(input.schema)
  const fallback = absent?.success === true ? (absent.data ?? input.schema?.meta()?.['default']) : undefined
  if (fallback !== undefined) described.default = fallback as Json
  if (input.multiple === true) described.multiple = true
  if (input.collects === true) described.collects = true
  if (input.lazy === true) described.lazy = true
  if (input.passes !== undefined) described.passes = input.passes
  if (input.limitsTokens === true) described.limitsTokens = true
  if (input.saves === true) described.saves = true
  if (input.main === true) described.main = true
  if (input.widget !== undefined) described.widget = input.widget
  if (input.language !== undefined) described.language = input.language
  if (input.advanced === true) described.advanced = true
  return described
}

function describeOutput(name: string, output: OutputDefinition): OutputDescription {
  const described: OutputDescription = { name, type: output.type, description: output.description }
  if (output.spreads === true) described.spreads = true
  if (output.itemsOf !== undefined) described.itemsOf = output.itemsOf
  if (output.warns === true) described.warns = true
  return described
}

function jsonSchemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' })
  return json as Json
}

/** `maxTokens` → "Max tokens". */
function titleOf(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
