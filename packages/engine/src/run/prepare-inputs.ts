import {
  inPlainWords,
  isLabelled,
  typeProblem,
  WoolgatherError,
  type Json,
  type PlanLink,
  type PlanNode,
  type PortType,
} from '@woolgather/workflow'
import { canonicalJson } from '../values/content.ts'
import type { InputDefinition, NodeDefinition } from '../nodes/define-node.ts'

/** An input that reads links, and how what they bring is checked. */
export interface LinkedInput {
  name: string
  /** Numbers of the links among the node's, in order. */
  links: number[]
  definition: InputDefinition | undefined
  to: PortType
}

/** The inputs of a node as far as they are the same in all its cells. */
export interface PreparedInputs {
  fixed: Record<string, unknown>
  dynamic: Record<string, Json>
  linked: LinkedInput[]
  /** Literals as written, for cache keys and for saying what changed. */
  literals: Readonly<Record<string, Json>>
  literalsId: string
  /** What is wrong with a literal. */
  problem: WoolgatherError | undefined
}

/** Parses the literals of a node and groups its links by input. `seed`: the one drawn for it, if any was. */
export function prepareInputs(
  plan: PlanNode,
  definition: NodeDefinition<never>,
  seed: number | undefined,
): PreparedInputs {
  const literals = seed === undefined ? plan.literals : { ...plan.literals, seed }
  const prepared: PreparedInputs = {
    fixed: {},
    dynamic: {},
    linked: groupLinks(plan, definition),
    literals,
    literalsId: canonicalJson(literals),
    problem: undefined,
  }
  try {
    fixInputs(prepared, plan.path, definition)
  } catch (error) {
    prepared.problem = error as WoolgatherError
  }
  for (const name of Object.keys(literals)) {
    if (!Object.hasOwn(definition.inputs, name)) prepared.dynamic[name] = literals[name] as Json
  }
  return prepared
}

function fixInputs(prepared: PreparedInputs, path: string, definition: NodeDefinition<never>): void {
  const { fixed, linked, literals } = prepared
  for (const name of Object.keys(definition.inputs)) {
    if (linked.some((input) => input.name === name)) continue
    fixed[name] = fixedInput(
      path,
      name,
      definition.inputs[name] as InputDefinition,
      literalOf(literals, name),
    )
  }
}

function literalOf(literals: Readonly<Record<string, Json>>, name: string): Json | undefined {
  return Object.hasOwn(literals, name) ? literals[name] : undefined
}

function fixedInput(path: string, name: string, input: InputDefinition, literal: Json | undefined): unknown {
  if (input.multiple === true) {
    const items = literal === undefined ? [] : Array.isArray(literal) ? literal : [literal]
    return items.map((item) => asAsked(input, parseInput(path, name, input, input.type, item), item))
  }
  return asAsked(input, parseInput(path, name, input, input.type, literal), literal)
}

/** A literal in the form in which a linked value would have come. */
function asAsked(input: InputDefinition, parsed: unknown, literal: Json | undefined): unknown {
  if (input.lazy === true) return () => Promise.resolve(parsed)
  if (input.collects !== true) return parsed
  if (literal === undefined)
    return parsed === undefined ? undefined : { axes: [], cells: [{ at: {}, value: parsed }] }
  return isLabelled(literal) ? literal : { axes: [], cells: [{ at: {}, value: literal }] }
}

function groupLinks(plan: PlanNode, definition: NodeDefinition<never>): LinkedInput[] {
  const linked: LinkedInput[] = []
  for (let number = 0; number < plan.links.length; number++) {
    const { input: name, to } = plan.links[number] as PlanLink
    const known = linked.find((input) => input.name === name)
    if (known !== undefined) known.links.push(number)
    else {
      const input = Object.hasOwn(definition.inputs, name) ? definition.inputs[name] : undefined
      linked.push({ name, links: [number], definition: input, to })
    }
  }
  return linked
}

/**
 * A value as `run` receives it.
 * @throws WoolgatherError invalid-input, naming node and input
 */
export function parseInput(
  path: string,
  name: string,
  input: InputDefinition | undefined,
  type: PortType,
  value: Json | undefined,
): unknown {
  const problem = input?.schema === undefined ? undefined : input.schema.safeParse(value)
  if (problem?.success === true) return problem.data
  const [first] = problem?.error.issues ?? []
  const words =
    first !== undefined
      ? inPlainWords(first, value)
      : value === undefined
        ? 'is missing'
        : typeProblem(type, value)
  if (words === undefined) return value
  const hint = input?.description
  throw new WoolgatherError(
    'invalid-input',
    `\`${path}.${name}\` ${words}.`,
    hint === undefined ? { input: name } : { input: name, hint },
  )
}
