import type { FoundIssue } from '../issues/collect-issues.ts'
import { documentLimits, type WorkflowNode } from '../document/document.ts'
import { createBetween, reversed } from '../graph/find-cycles.ts'
import { suggest } from '../issues/nearest.ts'
import { loopsTooDeep } from '../plan/zone-bodies.ts'
import type { Scope } from './scope.ts'

/** What is wrong with loopback zones: ends that do not match, and links that leave a body other than through its end. */
export function* zoneIssues(scope: Scope): Generator<FoundIssue> {
  const starts = new Set(zoneNodes(scope, 'start'))
  const endOf = new Map<string, string>()
  for (const end of zoneNodes(scope, 'end')) {
    const start = scope.nodes[end]?.inputs?.['start']
    if (typeof start !== 'string' || !starts.has(start)) yield withoutStart(scope, end, start, starts)
    else if (endOf.has(start)) yield secondEnd(scope, end, start, endOf.get(start) as string)
    else endOf.set(start, end)
  }
  for (const start of starts) if (!endOf.has(start)) yield withoutEnd(scope, start)
  if (endOf.size > 0) yield* leavingLinks(scope, endOf)
}

function zoneNodes(scope: Scope, side: 'start' | 'end'): string[] {
  return scope.ids.filter((id) => {
    const node = scope.nodes[id] as WorkflowNode
    return node.mode === undefined && scope.descriptions.get(node.type)?.zone === side
  })
}

function* leavingLinks(scope: Scope, endOf: ReadonlyMap<string, string>): Generator<FoundIssue> {
  const between = createBetween(scope.targets, reversed(scope.targets), documentLimits.loopDepth)
  for (const [start, end] of endOf) {
    const to = scope.numbers.get(end) as number
    const { nodes: body, tooDeep } = between(scope.numbers.get(start) as number, to)
    if (body === undefined) {
      yield loopsTooDeep(scope.prefix + scope.ids[tooDeep])
      return
    }
    for (const i of body) {
      if (i === to) continue
      for (const next of scope.targets[i] ?? []) {
        if (body.has(next)) continue
        yield leaving(scope, scope.ids[i] as string, scope.ids[next] as string, start, end)
      }
    }
  }
}

function leaving(scope: Scope, inside: string, outside: string, start: string, end: string): FoundIssue {
  return {
    code: 'invalid-zone',
    message: `The link from \`${inside}\` to \`${outside}\` leaves the loop from \`${start}\` to \`${end}\` other than through \`${end}\`.`,
    node: scope.prefix + outside,
    hint: `Give the loop a slot for it and link \`${outside}\` from \`${end}\`; \`history.<slot>\` has every iteration.`,
  }
}

function withoutStart(scope: Scope, end: string, start: unknown, starts: ReadonlySet<string>): FoundIssue {
  const named = typeof start === 'string' ? `\`${start}\`, which is no loopback/start` : 'no loopback/start'
  return {
    code: 'invalid-zone',
    message: `\`${end}\` names ${named}.`,
    node: scope.prefix + end,
    input: 'start',
    hint: () => suggest(typeof start === 'string' ? start : '', starts, 'starts of loops'),
  }
}

function secondEnd(scope: Scope, end: string, start: string, other: string): FoundIssue {
  return {
    code: 'invalid-zone',
    message: `\`${start}\` has two ends, \`${other}\` and \`${end}\`.`,
    node: scope.prefix + end,
    hint: 'Remove one of them.',
  }
}

function withoutEnd(scope: Scope, start: string): FoundIssue {
  return {
    code: 'invalid-zone',
    message: `The loop that begins at \`${start}\` has no end.`,
    node: scope.prefix + start,
    hint: `Add a loopback/end and set its \`start\` to "${start}".`,
  }
}
