import { literalProblem, portTypes, WoolgatherError, type NodeDescription } from '@woolgather/workflow'
import type { NodeDefinition } from './define-node.ts'
import { describeNode } from './describe-node.ts'

/** The node types a run can use. */
export interface Registry<Services = unknown> {
  definitions: ReadonlyMap<string, NodeDefinition<Services>>
  descriptions: ReadonlyMap<string, NodeDescription>
}

/**
 * Gathers definitions, refusing those that misdeclare themselves: a node that lies about itself fails in ways that
 * look like the fault of whoever uses it.
 * @param base what is there already: it may describe nodes without defining them, for whoever runs none
 * @throws WoolgatherError invalid-node, with the reason
 */
export function createRegistry<Services>(
  definitions: readonly NodeDefinition<Services>[],
  base?: Registry<Services>,
): Registry<Services> {
  const registry = { definitions: new Map(base?.definitions), descriptions: new Map(base?.descriptions) }
  for (const definition of definitions) {
    const name = typeof definition?.type === 'string' ? definition.type : '(without a type)'
    const problem = problemWith(definition, registry)
    if (problem !== undefined) throw new WoolgatherError('invalid-node', `Node \`${name}\` ${problem}.`)
    registry.definitions.set(definition.type, definition)
    registry.descriptions.set(definition.type, describe(definition))
  }
  return registry
}

const typePattern = /^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/
const portPattern = /^[a-zA-Z][a-zA-Z0-9]*$/

function problemWith<Services>(
  definition: NodeDefinition<Services>,
  known: Registry<Services>,
): string | undefined {
  if (typeof definition !== 'object' || definition === null) return 'is not a definition'
  if (typeof definition.type !== 'string' || !typePattern.test(definition.type)) {
    return 'must have a type like `family/name`, in lower case'
  }
  if (known.descriptions.has(definition.type)) {
    return `is defined twice${placesOf(definition, known.definitions.get(definition.type))}`
  }
  if (definition.type.startsWith('subgraph/')) return 'uses `subgraph/`, which is reserved'
  if (!Number.isInteger(definition.version) || definition.version < 1)
    return 'must have a version, 1 or higher'
  if (!isText(definition.title)) return 'must have a title'
  if (!isText(definition.description)) return 'must have a description'
  if (typeof definition.run !== 'function') return 'must have a `run` function'
  return problemWithPorts(definition) ?? problemWithReferences(definition)
}

function placesOf<Services>(
  one: NodeDefinition<Services>,
  other: NodeDefinition<Services> | undefined,
): string {
  const folders = [other, one].map((definition) => definition?.origin?.folder ?? 'the library')
  if (one.origin === undefined && other?.origin === undefined) return ''
  return `, in ${[...new Set(folders)].join(' and in ')}`
}

function problemWithPorts<Services>(definition: NodeDefinition<Services>): string | undefined {
  for (const side of ['inputs', 'outputs'] as const) {
    const ports = definition[side] as Record<string, { type: string; description: string }> | undefined
    if (typeof ports !== 'object' || ports === null) return `must have \`${side}\``
    for (const [name, port] of Object.entries(ports)) {
      if (!portPattern.test(name)) return `has ${side} called \`${name}\`; use letters and digits`
      if (name === 'dynamic') return `has ${side} called \`dynamic\`, which is reserved`
      if (!portTypes.some((type) => type === port.type))
        return `declares \`${name}\` of unknown type \`${port.type}\``
      if (!isText(port.description)) return `must describe \`${name}\``
    }
  }
  for (const [name, input] of Object.entries(definition.inputs)) {
    if (input.lazy === true && input.collects === true) return `declares \`${name}\` both lazy and collecting`
    if (input.schema !== undefined && typeof input.schema.safeParse !== 'function') {
      return `declares \`${name}\` with a schema that is no zod schema`
    }
  }
  return undefined
}

function problemWithReferences<Services>(definition: NodeDefinition<Services>): string | undefined {
  const { dynamicInputs, reduces, asksReaders, retry, timeoutMs } = definition
  for (const from of [dynamicInputs?.from, reduces]) {
    if (from !== undefined && !Object.hasOwn(definition.inputs, from))
      return `refers to \`${from}\`, an input it does not have`
  }
  for (const output of [asksReaders, ...Object.values(definition.inputs).map(({ passes }) => passes)]) {
    if (output !== undefined && !Object.hasOwn(definition.outputs, output))
      return `refers to \`${output}\`, an output it does not have`
  }
  if (
    retry !== undefined &&
    !(Number.isInteger(retry.attempts) && retry.attempts >= 1 && retry.delayMs >= 0)
  ) {
    return 'must retry at least one attempt, with a delay of 0 or more'
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0)) return 'must have a timeout above 0'
  return undefined
}

function describe<Services>(definition: NodeDefinition<Services>): NodeDescription {
  let description: NodeDescription
  try {
    description = describeNode(definition)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new WoolgatherError(
      'invalid-node',
      `Node \`${definition.type}\` has a schema that is not JSON: ${reason}.`,
      { cause },
    )
  }
  for (const input of description.inputs) {
    if (input.default === undefined) continue
    const problem = literalProblem(input, input.default)
    if (problem !== undefined) {
      const message = `Node \`${definition.type}\` has a default its own schema refuses: \`${input.name}\` ${problem}.`
      throw new WoolgatherError('invalid-node', message)
    }
  }
  return description
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
