/** A graph as numbers: `targets[i]` are the nodes that `i` points to. */
export type Adjacency = readonly (readonly number[])[]

/** Node numbers so that every arrow points forward, and those left over because they lie on or behind a cycle. */
export function sortTopologically(targets: Adjacency): { order: number[]; rest: number[] } {
  const waiting = new Int32Array(targets.length)
  for (const out of targets) for (const to of out) waiting[to] = (waiting[to] ?? 0) + 1
  const order: number[] = []
  for (let i = 0; i < targets.length; i++) if (waiting[i] === 0) order.push(i)
  for (let head = 0; head < order.length; head++) {
    for (const to of targets[order[head] as number] ?? []) {
      const left = (waiting[to] ?? 0) - 1
      waiting[to] = left
      if (left === 0) order.push(to)
    }
  }
  const rest: number[] = []
  if (order.length < targets.length)
    for (let i = 0; i < targets.length; i++) if ((waiting[i] ?? 0) > 0) rest.push(i)
  return { order, rest }
}

/** Cycles that do not overlap, each as its nodes in order; empty where there is none. Linear, without recursion. */
export function findCycles(targets: Adjacency): number[][] {
  const rest = new Set(sortTopologically(targets).rest)
  const cycles: number[][] = []
  const done = new Set<number>()
  for (const start of rest) {
    if (done.has(start)) continue
    const path: number[] = [start]
    const onPath = new Map([[start, 0]])
    const next: number[] = [0]
    while (path.length > 0) {
      const top = path[path.length - 1] as number
      const out = targets[top] ?? []
      const i = next[next.length - 1] as number
      const to = out[i]
      if (to === undefined) {
        path.pop()
        next.pop()
        onPath.delete(top)
        done.add(top)
        continue
      }
      next[next.length - 1] = i + 1
      const from = onPath.get(to)
      if (from !== undefined) {
        // one report per node is enough: a tangle of cycles is read one at a time, and each node walked over once
        let i = path.length - 1
        for (; i >= from && !done.has(path[i] as number); i--) done.add(path[i] as number)
        if (i < from) cycles.push(path.slice(from))
      } else if (rest.has(to) && !done.has(to)) {
        path.push(to)
        next.push(0)
        onPath.set(to, path.length - 1)
      }
    }
  }
  return cycles
}

/** What lies between two nodes, or a node at which too many of the ways looked at so far are still open. */
export type Between = { nodes: Set<number>; tooDeep?: undefined } | { nodes?: undefined; tooDeep: number }

/**
 * Finds the nodes on the way from one to another, both included; what a search costs is the part of the graph behind
 * its start. A node may lie behind `most` of the starts asked for and before their ends: so all searches together stay
 * linear.
 */
export function createBetween(
  targets: Adjacency,
  sources: Adjacency,
  most: number,
): (start: number, end: number) => Between {
  const open = new Uint32Array(targets.length)
  return (start, end) => {
    let tooDeep: number | undefined
    const behind = reach(targets, start, (node) => {
      const count = (open[node] ?? 0) + 1
      open[node] = count
      if (count > most) tooDeep ??= node
      return node !== end && tooDeep === undefined
    })
    if (tooDeep !== undefined) return { tooDeep }
    const nodes = reach(sources, end, (node) => node !== start, behind)
    return { nodes: nodes.add(start).add(end) }
  }
}

/** Nodes reached from `start` along the arrows, itself included; not beyond those `goesOn` is false for. */
function reach(
  targets: Adjacency,
  start: number,
  goesOn: (node: number) => boolean,
  within?: ReadonlySet<number>,
): Set<number> {
  const seen = new Set([start])
  const queue = [start]
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] as number
    if (!goesOn(node)) continue
    for (const to of targets[node] ?? []) {
      if (seen.has(to) || within?.has(to) === false) continue
      seen.add(to)
      queue.push(to)
    }
  }
  return seen
}

export function reversed(targets: Adjacency): number[][] {
  const sources: number[][] = targets.map(() => [])
  for (let i = 0; i < targets.length; i++) for (const to of targets[i] ?? []) sources[to]?.push(i)
  return sources
}
