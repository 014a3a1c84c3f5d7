import type { Plan, PlanNode, Warning } from '@woolgather/workflow'
import type { PreparedBatch } from './prepare-batch.ts'
import { namesRow } from './name-files.ts'

/** Nodes that would write one file for several rows, told before the first is run. */
export function warnOfOneFile({
  plan,
  bound,
  identity,
  due,
}: Pick<PreparedBatch, 'plan' | 'bound' | 'identity' | 'due'>): Warning[] {
  if (due.rows < 2) return []
  const { columns } = identity
  const fed = new Set(bound.map(({ node, input }) => `${node}.${input}`))
  const warnings = plan.nodes
    .filter(({ idle }) => idle === undefined)
    .flatMap((node) =>
      node.description.inputs
        .filter(({ saves, name }) => saves === true && !fed.has(`${node.path}.${name}`))
        .flatMap(({ name, default: usual }) => {
          const link = node.links.find(({ input }) => input === name)
          if (link)
            return comesFromRow(plan, link.source, bound) ? [] : [warn(node, name, undefined, due.rows)]
          const file = node.literals[name] ?? usual
          return typeof file !== 'string' || namesRow(file, columns) ? [] : [warn(node, name, file, due.rows)]
        }),
    )
  return [...new Map(warnings.map((warning) => [`${warning.node}.${warning.input}`, warning])).values()]
}

/** Whether a node, or one that it reads, has a value of the row. */
function comesFromRow(plan: Plan, source: number, bound: PreparedBatch['bound']): boolean {
  const rowNodes = new Set(bound.map(({ node }) => node))
  const seen = new Set<number>()
  const waiting = [source]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const node = plan.nodes[at]
    if (!node || seen.has(at)) continue
    if (rowNodes.has(node.path)) return true
    seen.add(at)
    waiting.push(...node.links.map((link) => link.source))
  }
  return false
}

function warn(node: PlanNode, input: string, file: string | undefined, rows: number): Warning {
  const name = file === undefined ? 'the same file' : `“${file}”`
  const becomes =
    node.literals['overwrite'] === true
      ? 'each over the one before: only one is left'
      : 'with numbers after the name, in the order in which rows end'
  const example = (file ?? 'text.txt').replace(/(?=(\.lora)?\.[^./]*$)|$/i, '-{{row}}')
  return {
    code: 'same-file',
    message: `${rows} rows write ${name}, ${becomes}.`,
    hint: `Put the row into the name: “${example}”; {{a column}} of the table does it, too.`,
    node: node.definedAt,
    input,
    numbers: { rows },
  }
}
