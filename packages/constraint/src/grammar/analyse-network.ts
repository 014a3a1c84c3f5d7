import type { Edges, Network, NetworkCondition } from './network.ts'
import type { Steps } from './steps.ts'

/** Facts about nodes and rules that hold whatever text came before. */
export interface NetworkFacts {
  /** 1 for rules that match the empty text. */
  readonly nullable: Uint8Array
  /** 1 for nodes from which the end of their rule can be reached. */
  readonly alive: Uint8Array
  /** 1 for rules that match some text. */
  readonly aliveRule: Uint8Array
  /** 1 for nodes from which nothing but the end of the rule follows. */
  readonly tail: Uint8Array
}

/** Nodes looked at in one step. */
const nodesAtOnce = 8_192

/** @param usable whether any character of a set can be written at all */
export function* analyseNetwork(network: Network, usable: (set: number) => boolean): Steps<NetworkFacts> {
  const beforeEmpty = reverse(network.emptyEdges, network.nodeCount)
  yield
  const { alive, aliveRule } = yield* findAlive(network, beforeEmpty, usable)
  yield
  const nullable = yield* findNullable(network)
  yield
  return { nullable, alive, aliveRule, tail: yield* findTails(network, beforeEmpty) }
}

function* findNullable({ nodeCount, emptyEdges, calls, endOf, ruleStart }: Network): Steps<Uint8Array> {
  const nullable = new Uint8Array(ruleStart.length)
  const reached = new Uint8Array(nodeCount)
  const waiting = new Map<number, number[]>()
  const stack: number[] = []
  const visit = (node: number) => {
    if (reached[node] === 1) return
    reached[node] = 1
    stack.push(node)
  }
  ruleStart.forEach(visit)
  for (let node = stack.pop(), seen = 1; node !== undefined; node = stack.pop(), seen++) {
    if (seen % nodesAtOnce === 0) yield
    const ended = endOf[node]!
    if (ended >= 0 && nullable[ended] === 0) {
      nullable[ended] = 1
      waiting.get(ended)?.forEach(visit)
    }
    for (let edge = emptyEdges.from[node]!; edge < emptyEdges.from[node + 1]!; edge++)
      visit(emptyEdges.to[edge]!)
    for (let call = calls.from[node]!; call < calls.from[node + 1]!; call++) {
      const rule = calls.label[call]!
      if (nullable[rule] === 1) visit(calls.to[call]!)
      else append(waiting, rule, calls.to[call]!)
    }
  }
  return nullable
}

type AllWritten = NetworkCondition & { readonly kind: 'all' }

function* findAlive(
  network: Network,
  beforeEmpty: Edges,
  usable: (set: number) => boolean,
): Steps<Pick<NetworkFacts, 'alive' | 'aliveRule'>> {
  const { nodeCount, characterEdges, calls, conditionEdges, conditions, endOf, ruleStart } = network
  const alive = new Uint8Array(nodeCount)
  const aliveRule = new Uint8Array(ruleStart.length)
  const waiting = new Map<number, number[]>()
  const startOf = new Int32Array(nodeCount).fill(-1)
  ruleStart.forEach((node, rule) => (startOf[node] = rule))
  const before = reverse(characterEdges, nodeCount)
  yield
  const beforeCalls = reverse(calls, nodeCount)
  yield
  const beforeConditions = reverse(conditionEdges, nodeCount)
  const waitingForAll = new Map<number, { source: number; condition: AllWritten }[]>()
  const stack: number[] = []
  const visit = (node: number) => {
    if (alive[node] === 1) return
    alive[node] = 1
    stack.push(node)
  }
  const isAlive = (rule: number): boolean => aliveRule[rule] === 1
  const visitIfAll = ({ source, condition }: { source: number; condition: AllWritten }) => {
    const { rules, ofAll, minimum } = condition
    if (rules.every(isAlive) && (ofAll.length === 0 || ofAll.filter(isAlive).length >= minimum)) visit(source)
  }
  endOf.forEach((rule, node) => {
    if (rule >= 0) visit(node)
  })
  visit(network.acceptNode)
  yield
  for (let node = stack.pop(), seen = 1; node !== undefined; node = stack.pop(), seen++) {
    if (seen % nodesAtOnce === 0) yield
    const rule = startOf[node]!
    if (rule >= 0 && aliveRule[rule] === 0) {
      aliveRule[rule] = 1
      waiting.get(rule)?.forEach(visit)
      waitingForAll.get(rule)?.forEach(visitIfAll)
    }
    eachEdge(beforeConditions, node, (source, index) => {
      const condition = conditions[index]!
      if (condition.kind !== 'all') return visit(source)
      for (const needed of new Set([...condition.rules, ...condition.ofAll]))
        append(waitingForAll, needed, { source, condition })
      visitIfAll({ source, condition })
    })
    for (let edge = beforeEmpty.from[node]!; edge < beforeEmpty.from[node + 1]!; edge++)
      visit(beforeEmpty.to[edge]!)
    for (let edge = before.from[node]!; edge < before.from[node + 1]!; edge++)
      if (usable(before.label[edge]!)) visit(before.to[edge]!)
    for (let call = beforeCalls.from[node]!; call < beforeCalls.from[node + 1]!; call++) {
      const called = beforeCalls.label[call]!
      if (aliveRule[called] === 1) visit(beforeCalls.to[call]!)
      else append(waiting, called, beforeCalls.to[call]!)
    }
  }
  return { alive, aliveRule }
}

function* findTails(
  { nodeCount, characterEdges, emptyEdges, calls, conditionEdges, endOf }: Network,
  beforeEmpty: Edges,
): Steps<Uint8Array> {
  const tail = new Uint8Array(nodeCount)
  const open = new Int32Array(nodeCount)
  const stack: number[] = []
  for (let node = 0; node < nodeCount; node++) {
    if (node % nodesAtOnce === 0) yield
    const busy = degree(characterEdges, node) + degree(calls, node) + degree(conditionEdges, node) > 0
    open[node] = busy ? -1 : degree(emptyEdges, node)
    if (endOf[node]! >= 0 && open[node] === 0) stack.push(node)
  }
  for (let node = stack.pop(), seen = 1; node !== undefined; node = stack.pop(), seen++) {
    if (seen % nodesAtOnce === 0) yield
    tail[node] = 1
    eachEdge(beforeEmpty, node, (source) => {
      if (open[source]! > 0 && --open[source]! === 0) stack.push(source)
    })
  }
  return tail
}

function degree(edges: Edges, node: number): number {
  return edges.from[node + 1]! - edges.from[node]!
}

export function eachEdge(edges: Edges, node: number, visit: (to: number, label: number) => void): void {
  for (let edge = edges.from[node]!; edge < edges.from[node + 1]!; edge++)
    visit(edges.to[edge]!, edges.label[edge]!)
}

export function reverse(edges: Edges, nodeCount: number): Edges {
  const from = new Int32Array(nodeCount + 1)
  for (let edge = 0; edge < edges.to.length; edge++) from[edges.to[edge]! + 1]!++
  for (let node = 0; node < nodeCount; node++) from[node + 1]! += from[node]!
  const next = from.slice()
  const to = new Int32Array(edges.to.length)
  const label = new Int32Array(edges.to.length)
  for (let node = 0; node < nodeCount; node++) {
    for (let edge = edges.from[node]!; edge < edges.from[node + 1]!; edge++) {
      const slot = next[edges.to[edge]!]!++
      to[slot] = node
      label[slot] = edges.label[edge]!
    }
  }
  return { from, to, label }
}

function append<T>(lists: Map<number, T[]>, key: number, value: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
