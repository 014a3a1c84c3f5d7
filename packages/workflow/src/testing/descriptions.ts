import type { InputDescription, NodeDescription, OutputDescription } from '../types/description.ts'
import type { Json } from '../json/json.ts'
import type { PortType } from '../types/ports.ts'
import type { Workflow, WorkflowNode } from '../document/document.ts'

export function input(name: string, type: PortType, rest: Partial<InputDescription> = {}): InputDescription {
  return { name, title: name, description: `The ${name}.`, type, required: false, ...rest }
}

export function output(
  name: string,
  type: PortType,
  rest: Partial<OutputDescription> = {},
): OutputDescription {
  return { name, type, description: '', ...rest }
}

export function describeType(
  type: string,
  inputs: InputDescription[],
  outputs: OutputDescription[],
  rest: Partial<NodeDescription> = {},
): NodeDescription {
  const family = type.split('/')[0] ?? ''
  return { type, version: 1, title: type, description: type, family, inputs, outputs, ...rest }
}

const text: Json = { type: 'string' }

/** A small library: enough of every kind of port for specifications about documents. */
export const descriptions: NodeDescription[] = [
  describeType(
    'text/text',
    [input('text', 'text', { schema: text, required: true })],
    [output('text', 'text')],
  ),
  describeType(
    'text/template',
    [input('template', 'text', { schema: text, required: true })],
    [output('text', 'text')],
    { dynamicInputs: { kind: 'placeholders', from: 'template', type: 'text' } },
  ),
  describeType(
    'loading/model',
    [input('file', 'file', { schema: text, required: true })],
    [output('model', 'model')],
  ),
  describeType(
    'generation/generate',
    [
      input('model', 'model', { required: true }),
      input('prompt', 'text', { schema: text, required: true }),
      input('temperature', 'number', { schema: { type: 'number', minimum: 0, maximum: 2 } }),
      input('maxTokens', 'integer', { schema: { type: 'integer', minimum: 1 } }),
      input('format', 'text', { schema: { type: 'string', enum: ['plain', 'chat'] } }),
    ],
    [output('text', 'text'), output('tokens', 'integer')],
  ),
  describeType(
    'text/join',
    [input('parts', 'text', { schema: text, multiple: true, required: true })],
    [output('text', 'text')],
  ),
  describeType('output/preview', [input('value', 'any', { required: true })], [], { sink: true }),
  describeType(
    'loopback/start',
    [
      input('slots', 'json', { required: true }),
      input('maximum', 'integer', { schema: { type: 'integer', minimum: 0 }, required: true }),
    ],
    [output('index', 'integer')],
    { zone: 'start', dynamicInputs: { kind: 'slots', from: 'slots' } },
  ),
  describeType(
    'loopback/end',
    [input('start', 'text', { schema: text, required: true }), input('stop', 'boolean')],
    [output('count', 'integer')],
    { zone: 'end', dynamicInputs: { kind: 'zone-slots', from: 'start' } },
  ),
  describeType(
    'matrix/each',
    [input('list', 'list', { required: true })],
    [output('value', 'any', { spreads: true })],
  ),
]

export function workflow(nodes: Record<string, WorkflowNode>, rest: Partial<Workflow> = {}): Workflow {
  return { format: 'woolgather', version: 1, name: 'test', nodes, ...rest }
}
