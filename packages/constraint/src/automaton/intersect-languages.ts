import { CharSet } from 'refa'
import { ConstraintError } from '../errors/constraint-error.ts'
import { maximumCodePoint } from '../grammar/characters.ts'
import { characters, type Expression, type Graph } from '../grammar/expression.ts'
import { Automaton } from './automaton.ts'

/** A language that texts must be in, or must not be in. Its expression calls no rules. */
export interface Condition {
  readonly expression: Expression
  readonly negate: boolean
}

const maximumNodes = 20_000

/**
 * The texts that meet all conditions, as one finite automaton: the product of theirs, as far as it can be reached.
 * @throws {ConstraintError} `too-large` past 20,000 nodes
 */
export function intersectLanguages(conditions: readonly Condition[]): Expression {
  const automata = conditions.map(({ expression }) => automatonOf(expression))
  const joint = joinPartitions(automata)
  const nodes = new Map<string, number>()
  const queue: number[][] = []
  const nodeFor = (states: number[]) => {
    const key = states.join()
    const known = nodes.get(key)
    if (known !== undefined) return known
    if (nodes.size >= maximumNodes) {
      throw new ConstraintError(
        'too-large',
        `Combining the conditions on one text takes more than ${maximumNodes} states`,
        {
          hint: 'Lower the bounds of repeats, or drop one of the conditions.',
        },
      )
    }
    queue.push(states)
    nodes.set(key, nodes.size)
    return nodes.size - 1
  }
  nodeFor(automata.map(({ start }) => start))
  const edges: Graph['edges'][number][] = []
  const finals: number[] = []
  for (let node = 0; node < queue.length; node++) {
    const states = queue[node]!
    if (conditions.every(({ negate }, index) => automata[index]!.canEnd(states[index]!) !== negate))
      finals.push(node)
    automata.forEach((automaton) => automaton.beginStep())
    const rows = automata.map((automaton, index) => automaton.row(states[index]!))
    const labels = new Map<number, CharSet[]>()
    for (const { set, classes } of joint) {
      const targets = rows.map((row, index) => (classes[index]! < 0 ? 0 : row[classes[index]!]!))
      if (targets.some((target, index) => target === 0 && !conditions[index]!.negate)) continue
      const target = nodeFor(targets)
      const sets = labels.get(target)
      if (sets === undefined) labels.set(target, [set])
      else sets.push(set)
    }
    for (const [to, sets] of labels) {
      edges.push({ from: node, to, label: characters(sets.reduce((union, set) => union.union(set))) })
    }
  }
  return { kind: 'graph', graph: { size: queue.length, finals, edges } }
}

function automatonOf(expression: Expression): Automaton {
  return new Automaton({ start: 'condition', rules: new Map([['condition', expression]]) })
}

/** The coarsest classes of characters that every automaton reads alike; a class of −1 is read by none. */
function joinPartitions(automata: readonly Automaton[]): { set: CharSet; classes: number[] }[] {
  const borders = new Set(automata.flatMap(({ partition }) => [...partition.intervalStart]))
  const starts = [...borders].sort((a, b) => a - b)
  const joint = new Map<string, { ranges: { min: number; max: number }[]; classes: number[] }>()
  starts.forEach((min, index) => {
    const classes = automata.map(({ partition }) => partition.classOf(min))
    const key = classes.join()
    const entry = joint.get(key) ?? { ranges: [], classes }
    entry.ranges.push({ min, max: (starts[index + 1] ?? maximumCodePoint + 1) - 1 })
    joint.set(key, entry)
  })
  return [...joint.values()].map(({ ranges, classes }) => ({
    set: CharSet.empty(maximumCodePoint).union(ranges),
    classes,
  }))
}
