import type { Workflow, WorkflowNode } from '@woolgather/workflow'

/** Index along each axis that is fixed, by the id of its maker. */
type Environment = Readonly<Record<string, number>>

/** Thrown where a cell has no value. */
class NoValue extends Error {}

/**
 * Evaluates workflows of the test nodes the slow and obvious way: by recursion, without plan, order, cache or
 * concurrency, every value computed anew each time it is looked at. What it says, the engine must say too.
 */
export class NaiveEvaluator {
  readonly #nodes: Readonly<Record<string, WorkflowNode>>

  constructor(workflow: Workflow) {
    this.#nodes = workflow.nodes
  }

  /** All values a node has: coordinate as `axis=index,…` in the order of the axes → value. */
  cells(id: string): Map<string, unknown> {
    const found = new Map<string, unknown>()
    for (const at of this.#coordinates(this.axesOf(id), {})) {
      try {
        found.set(keyOf(at), this.valueOf(id, at))
      } catch (error) {
        if (!(error instanceof NoValue)) throw error
      }
    }
    return found
  }

  /** Ids of the axes a node's output ranges over, each after those it lies within. */
  axesOf(id: string): string[] {
    const node = this.#node(id)
    const read = this.#sources(node).flatMap((source) => this.axesOf(source))
    switch (node.type) {
      case 'test/axis':
      case 'test/range':
        return unique([...read, id])
      case 'test/gather':
        return unique(read).filter((axis) => !this.#reduced(node, unique(read)).has(axis))
      case 'test/end':
        return unique([...this.axesOf(this.#start(node)), ...read])
      default:
        return unique(read)
    }
  }

  valueOf(id: string, at: Environment): unknown {
    const node = this.#node(id)
    switch (node.type) {
      case 'test/constant':
        return node.inputs?.['value']
      case 'test/add':
        return this.#number(node, 'a', at) + this.#number(node, 'b', at)
      case 'test/even':
        return this.#number(node, 'n', at) % 2 === 0
      case 'test/axis':
        return this.#list(node)[at[id] as number]
      case 'test/range': {
        // an axis that cannot be made has no items
        this.#length(id, at)
        return at[id]
      }
      case 'test/fail': {
        const value = this.#number(node, 'value', at)
        if (value === node.inputs?.['on']) throw new NoValue()
        return value
      }
      case 'test/choose':
        return this.#read(node, this.#read(node, 'condition', at) === true ? 'yes' : 'no', at)
      case 'test/gather':
        return this.#total(node, at)
      case 'test/end':
        return this.#loop(node, at)
      default:
        throw new Error(`the naive evaluator knows no ${node.type}`)
    }
  }

  #total(node: WorkflowNode, at: Environment): number {
    const source = this.#sourceOf(node, 'values')
    const axes = this.axesOf(source)
    const reduced = this.#reduced(node, axes)
    let total = 0
    for (const full of this.#coordinates(
      axes.filter((axis) => reduced.has(axis)),
      at,
    )) {
      try {
        total += this.valueOf(source, full) as number
      } catch (error) {
        if (!(error instanceof NoValue)) throw error
      }
    }
    return total
  }

  /** The loops of these tests add the same number in each iteration: start + maximum × number. */
  #loop(node: WorkflowNode, at: Environment): number {
    const start = this.#node(this.#start(node))
    const body = this.#sourceOf(node, 'n')
    const first = this.#number(start, 'n', at)
    const maximum = start.inputs?.['maximum'] as number
    return maximum === 0 ? first : first + maximum * this.#number(this.#node(body), 'b', at)
  }

  #start(end: WorkflowNode): string {
    return end.inputs?.['start'] as string
  }

  #reduced(node: WorkflowNode, axes: string[]): Set<string> {
    const over = (node.inputs?.['over'] as string | undefined) ?? ''
    if (over === '') return new Set(axes)
    const reduced = new Set(axes.filter((axis) => over.split(',').includes(axis)))
    for (const axis of axes) if (this.#within(axis).some((outer) => reduced.has(outer))) reduced.add(axis)
    return reduced
  }

  #within(axis: string): string[] {
    return this.axesOf(axis).filter((other) => other !== axis)
  }

  /** All coordinates over `axes` that agree with `fixed`, lengths looked up where they stand. */
  *#coordinates(axes: string[], fixed: Environment): Generator<Environment> {
    const [first, ...rest] = axes
    if (first === undefined) {
      yield fixed
      return
    }
    let length = 0
    try {
      length = this.#length(first, fixed)
    } catch (error) {
      if (!(error instanceof NoValue)) throw error
    }
    for (let i = 0; i < length; i++) yield* this.#coordinates(rest, { ...fixed, [first]: i })
  }

  #length(axis: string, at: Environment): number {
    const node = this.#node(axis)
    if (node.type === 'test/axis') return this.#list(node).length
    return Math.abs(this.#number(node, 'n', at)) % 4
  }

  #number(node: WorkflowNode, input: string, at: Environment): number {
    return (this.#read(node, input, at) as number | undefined) ?? 0
  }

  #read(node: WorkflowNode, input: string, at: Environment): unknown {
    const link = node.links?.[input] as [string, string] | undefined
    return link === undefined ? node.inputs?.[input] : this.valueOf(link[0], at)
  }

  #list(node: WorkflowNode): unknown[] {
    const values = node.inputs?.['values']
    return Array.isArray(values) ? values : []
  }

  #sourceOf(node: WorkflowNode, input: string): string {
    return String(node.links?.[input]?.[0])
  }

  #sources(node: WorkflowNode): string[] {
    // inside a loop its own start adds no axis of the outside
    return Object.values(node.links ?? {}).map((link) => link[0] as string)
  }

  #node(id: string): WorkflowNode {
    return this.#nodes[id] as WorkflowNode
  }
}

function unique(ids: string[]): string[] {
  return [...new Set(ids)]
}

function keyOf(at: Environment): string {
  return Object.keys(at)
    .sort()
    .map((axis) => `${axis}=${at[axis]}`)
    .join(',')
}
