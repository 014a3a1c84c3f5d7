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
        const cycle = path.slice(from)
        // one report per node is enough: a tangle of cycles is read one at a time
        if (!cycle.some((node) => done.has(node))) cycles.push(cycle)
        for (const node of cycle) done.add(node)
      } else if (rest.has(to) && !done.has(to)) {
        path.push(to)
        next.push(0)
        onPath.set(to, path.length - 1)
      }
    }
  }
  return cycles
}

/** Nodes on the way from `start` to `end`, both included; costs no more than the part of the graph behind `start`. */
export function between(targets: Adjacency, sources: Adjacency, start: number, end: number): Set<number> {
  const behind = reach(targets, start, (node) => node !== end)
  const found = reach(sources, end, (node) => node !== start, behind)
  return found.add(start).add(end)
}

/** Nodes reached from `start` along the arrows, itself included; not beyond those `goesOn` is false for. */
export function reach(
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
