import { composePrompt } from '../prompt/compose-prompt.ts'
import { describeTypes, type Descriptions } from '../types/describe-subgraph.ts'
import type { InputDescription, NodeDescription } from '../types/description.ts'
import type { Workflow } from '../document/document.ts'
import { WoolgatherError } from '../issues/issues.ts'
import type { Json } from '../json/json.ts'
import { planWorkflow } from '../plan/plan-workflow.ts'
import type { PlanNode } from '../plan/plan.ts'
import { readValues, valueTypes, type ReadValues, type ValueType } from '../values/read-values.ts'
import type { Warning } from '../issues/warnings.ts'

/** How the list of values of an input is read. */
export interface ValueReading {
  /** Where the node is defined, as in an issue. */
  node: string
  input: string
  count: number
  /** The first few of them. */
  values: Json[]
}

export interface Advice {
  warnings: Warning[]
  readings: ValueReading[]
}

/** Values of a reading: enough to see how they were read. */
const shownValues = 8

/**
 * What in a workflow can run and is probably not meant as it is, and how its lists of values are read. Pure, and the
 * same in editor, server and command line: a run reads the same literals with the same code. It is asked for where
 * validation found nothing, and keeps nothing from running.
 */
export function adviseWorkflow(workflow: Workflow, given: readonly NodeDescription[] | Descriptions): Advice {
  const descriptions = describeTypes(workflow, given)
  if (!hasNotation(workflow, descriptions)) return { warnings: [], readings: [] }
  const nodes = planWorkflow(workflow, descriptions).plan?.nodes ?? []
  const found = nodes.filter(({ idle }) => idle === undefined).map((node) => adviseNode(node))
  return {
    warnings: eachOnce(found.flatMap(({ warnings }) => warnings)),
    readings: eachOnce(found.flatMap(({ readings }) => readings)),
  }
}

function hasNotation(workflow: Workflow, descriptions: Descriptions): boolean {
  const scopes = [workflow, ...Object.values(workflow.subgraphs ?? {})]
  return scopes.some(({ nodes }) =>
    Object.values(nodes).some(({ type }) => descriptions.get(type)?.inputs.some(isNotation)),
  )
}

function isNotation({ language }: InputDescription): boolean {
  return language === 'prompt' || language === 'values'
}

function adviseNode(node: PlanNode): Advice {
  const advice: Advice = { warnings: [], readings: [] }
  const place = (input: string): { node: string; input: string } => ({ node: node.definedAt, input })
  for (const { name, language } of node.description.inputs) {
    const literal = Object.hasOwn(node.literals, name) ? node.literals[name] : undefined
    if (literal === undefined) continue
    if (language === 'prompt' && typeof literal === 'string') {
      const found = warnOfLiteral(node, literal)
      advice.warnings.push(...found.map((warning) => ({ ...warning, ...place(name) })))
    }
    if (language !== 'values') continue
    const { values, warnings } = readLiteral(node, literal)
    advice.warnings.push(...warnings.map((warning) => ({ ...warning, ...place(name) })))
    if (values.length > 0)
      advice.readings.push({ ...place(name), count: values.length, values: values.slice(0, shownValues) })
  }
  return advice
}

function warnOfLiteral({ literals, links, readers }: PlanNode, prompt: string): Warning[] {
  const { neutral } = literals
  const { warnings } = composePrompt(prompt, {
    neutral: typeof neutral === 'string' ? neutral : '',
    mostTokens: readers?.mostTokens,
  })
  // what comes over a link is not known to be missing
  const isLinked = links.some(({ input }) => input === 'neutral')
  return isLinked ? warnings.filter(({ code }) => code !== 'no-neutral') : warnings
}

function readLiteral({ literals, links, readers }: PlanNode, values: Json): ReadValues {
  const type = valueTypes.find((known) => known === (literals['type'] ?? ('auto' satisfies ValueType)))
  if (type === undefined || links.some(({ input }) => input === 'type')) return { values: [], warnings: [] }
  try {
    return readValues(values, type, readers?.types)
  } catch (error) {
    if (!(error instanceof WoolgatherError)) throw error
    const hint = error.hint === undefined ? {} : { hint: error.hint }
    return { values: [], warnings: [{ code: 'unusable-values', message: error.message, ...hint }] }
  }
}

/** A node of a subgraph is planned once for each use, and told once. */
function eachOnce<Found>(found: readonly Found[]): Found[] {
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()]
}
