import { forEachLink } from '../types/describe-subgraph.ts'
import type { FlatNode } from './flat-graph.ts'
import type { Scope } from './lay-out-scopes.ts'
import { readDirectly, stepThrough, type Reading, type Step } from './resolve-link.ts'

interface Trace {
  found: Set<string>
  node: (flat: FlatNode, scope: Scope) => void
  /** A subgraph node that is asked for as a whole. */
  instance: (inside: Scope | undefined) => void
}

/** Follows links again to note where what they read is defined, and all they are led through on the way. */
export function createTrace(reading: Reading): Trace {
  const found = new Set<string>()
  const seen = new Map<Scope, Set<string>>()
  const isNew = (scope: Scope, key: string): boolean => {
    const keys = seen.get(scope) ?? new Set<string>()
    seen.set(scope, keys)
    return !keys.has(key) && keys.add(key) !== undefined
  }
  const follow = (start: Step): void => {
    let at = start
    while (isNew(at.scope, at.link.join('\n'))) {
      const { scope, link } = at
      const owner = link[0] === '$in' ? scope.parent : scope
      found.add(`${owner?.definedAt ?? ''}${link[0] === '$in' ? scope.outerId : link[0]}`)
      const inside = scope.children.get(link[0])
      if (inside !== undefined) found.add(inside.definedAt.slice(0, -1))
      const next = readDirectly(at, reading) ?? stepThrough(at, reading)
      if ('kind' in next) return
      at = next
    }
  }
  return {
    found,
    node(flat, scope) {
      found.add(flat.definedAt)
      forEachLink(flat.node, (_, link) => follow({ scope, link }))
    },
    instance(inside) {
      if (inside?.parent === undefined) return
      for (const output of inside.outputs.keys()) {
        follow({ scope: inside.parent, link: [inside.outerId as string, output] })
      }
      found.add(`${inside.parent.definedAt}${inside.outerId}`)
    },
  }
}
