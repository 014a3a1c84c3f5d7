import type { Frames } from './frames.ts'

/** A rule called at the current place: where it returns to, and the frame of its caller (a reference if negative). */
export interface Call {
  readonly rule: number
  readonly returnTo: number
  readonly caller: number
}

/**
 * Turns the calls made at one place into frames, callers first. Rules that call one another in a circle there
 * (left recursion) become a group whose frames point at each other. A call with nothing left to do after it passes
 * on its caller's ways back instead of adding one, so right recursion does not deepen the stack.
 * @param isTail whether nothing follows a node in its rule
 * @returns frame of each called rule
 */
export function resolveCalls(
  calls: readonly Call[],
  frames: Frames,
  nodeCount: number,
  isTail: (node: number) => boolean,
  spend: (work: number) => void,
): Map<number, number> {
  const byRule = new Map<number, Call[]>()
  for (const call of calls) {
    const list = byRule.get(call.rule)
    if (list === undefined) byRule.set(call.rule, [call])
    else list.push(call)
  }
  const resolved = new Map<number, number>()
  for (const group of groupByCircles(byRule)) {
    const inGroup = new Set(group)
    const waysOf = (call: Call): Iterable<number> => {
      const caller = call.caller < 0 ? (resolved.get(-1 - call.caller) ?? call.caller) : call.caller
      if (!isTail(call.returnTo)) return [caller * nodeCount + call.returnTo]
      return caller < 0 ? [] : frames.of(caller)
    }
    const ways = new Map(
      group.map((rule) => {
        const found = new Set<number>()
        for (const call of byRule.get(rule)!) {
          for (const way of waysOf(call)) found.add(way)
        }
        spend(found.size)
        return [rule, found]
      }),
    )
    if (group.length > 1) shareAlongTails(group, inGroup, byRule, ways, isTail)
    const sorted = group.map((rule) => Float64Array.from(ways.get(rule)!).sort())
    if (sorted.some((list) => list.length > 0 && list[0]! < 0)) {
      const first = frames.internGroup(group, sorted)
      group.forEach((rule, index) => resolved.set(rule, first + index))
    } else {
      group.forEach((rule, index) => resolved.set(rule, frames.intern(sorted[index]!)))
    }
  }
  return resolved
}

/** The same where each rule is called once, as is most often so: callers come first already. */
export function resolveInOrder(
  calls: readonly Call[],
  frames: Frames,
  nodeCount: number,
  isTail: (node: number) => boolean,
  spend: (work: number) => void,
): Map<number, number> {
  const resolved = new Map<number, number>()
  for (const { rule, returnTo, caller } of calls) {
    const frame = caller < 0 ? resolved.get(-1 - caller)! : caller
    const ways = isTail(returnTo) ? frames.of(frame) : Float64Array.of(frame * nodeCount + returnTo)
    spend(ways.length)
    resolved.set(rule, frames.intern(ways))
  }
  return resolved
}

/** Within a circle, a rule called at the end of another returns wherever the other does. */
function shareAlongTails(
  group: readonly number[],
  inGroup: ReadonlySet<number>,
  byRule: ReadonlyMap<number, readonly Call[]>,
  ways: ReadonlyMap<number, Set<number>>,
  isTail: (node: number) => boolean,
): void {
  for (let changed = true; changed;) {
    changed = false
    for (const rule of group) {
      const own = ways.get(rule)!
      const before = own.size
      for (const call of byRule.get(rule)!) {
        if (call.caller >= 0 || !inGroup.has(-1 - call.caller) || !isTail(call.returnTo)) continue
        for (const way of ways.get(-1 - call.caller)!) own.add(way)
      }
      changed ||= own.size > before
    }
  }
}

/** Tarjan's strongly connected components of "is called by", callers before callees; rules of one sorted. */
function groupByCircles(byRule: ReadonlyMap<number, readonly Call[]>): number[][] {
  const groups: number[][] = []
  const order = new Map<number, number>()
  const lowest = new Map<number, number>()
  const open: number[] = []
  const isOpen = new Set<number>()
  for (const root of byRule.keys()) {
    if (order.has(root)) continue
    const path: { rule: number; next: number }[] = [{ rule: root, next: 0 }]
    while (path.length > 0) {
      const step = path[path.length - 1]!
      if (step.next === 0 && !order.has(step.rule)) {
        order.set(step.rule, order.size)
        lowest.set(step.rule, order.get(step.rule)!)
        open.push(step.rule)
        isOpen.add(step.rule)
      }
      const call = byRule.get(step.rule)![step.next++]
      if (call !== undefined) {
        if (call.caller >= 0) continue
        const caller = -1 - call.caller
        if (!order.has(caller)) path.push({ rule: caller, next: 0 })
        else if (isOpen.has(caller))
          lowest.set(step.rule, Math.min(lowest.get(step.rule)!, order.get(caller)!))
        continue
      }
      path.pop()
      const below = path[path.length - 1]
      if (below !== undefined)
        lowest.set(below.rule, Math.min(lowest.get(below.rule)!, lowest.get(step.rule)!))
      if (lowest.get(step.rule) !== order.get(step.rule)) continue
      const group = open.splice(open.indexOf(step.rule))
      group.forEach((rule) => isOpen.delete(rule))
      groups.push(group.sort((a, b) => a - b))
    }
  }
  return groups
}
