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
import { canonicalJson } from '../content.ts'
import type { InputDefinition, NodeDefinition } from '../define-node.ts'

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
  literals: Record<string, Json>
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
  const literals: Record<string, Json> =
    seed === undefined ? { ...plan.literals } : { ...plan.literals, seed }
  const linked = groupLinks(plan, definition)
  const names = new Set(linked.map((input) => input.name))
  const prepared: PreparedInputs = {
    fixed: {},
    dynamic: {},
    linked,
    literals,
    literalsId: canonicalJson(literals),
    problem: undefined,
  }
  try {
    for (const [name, input] of Object.entries(definition.inputs)) {
      if (!names.has(name))
        prepared.fixed[name] = fixedInput(plan.path, name, input, literalOf(literals, name))
    }
  } catch (error) {
    prepared.problem = error as WoolgatherError
  }
  for (const [name, value] of Object.entries(literals)) {
    if (!Object.hasOwn(definition.inputs, name)) prepared.dynamic[name] = value
  }
  return prepared
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
  const byName = new Map<string, LinkedInput>()
  plan.links.forEach((link: PlanLink, number) => {
    const known = byName.get(link.input)
    if (known !== undefined) known.links.push(number)
    else {
      const input = Object.hasOwn(definition.inputs, link.input) ? definition.inputs[link.input] : undefined
      byName.set(link.input, { name: link.input, links: [number], definition: input, to: link.to })
    }
  })
  return [...byName.values()]
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
