import type { WorkflowNode } from '../document.ts'
import { between, reversed } from '../find-cycles.ts'
import type { Issue } from '../issues.ts'
import { suggest } from '../nearest.ts'
import type { Scope } from './scope.ts'

/** What is wrong with loopback zones: ends that do not match, and links that leave a body other than through its end. */
export function zoneIssues(scope: Scope): Issue[] {
  const starts = zoneNodes(scope, 'start')
  const ends = zoneNodes(scope, 'end')
  if (starts.length === 0 && ends.length === 0) return []
  const issues: Issue[] = []
  const endOf = new Map<string, string>()
  for (const end of ends) {
    const start = scope.nodes[end]?.inputs?.['start']
    if (typeof start !== 'string' || !starts.includes(start))
      issues.push(withoutStart(scope, end, start, starts))
    else if (endOf.has(start)) issues.push(secondEnd(scope, end, start, endOf.get(start) as string))
    else endOf.set(start, end)
  }
  for (const start of starts) if (!endOf.has(start)) issues.push(withoutEnd(scope, start))
  const sources = reversed(scope.targets)
  for (const [start, end] of endOf) issues.push(...leavingLinks(scope, sources, start, end))
  return issues
}

function zoneNodes(scope: Scope, side: 'start' | 'end'): string[] {
  return scope.ids.filter((id) => {
    const node = scope.nodes[id] as WorkflowNode
    return node.mode === undefined && scope.descriptions.get(node.type)?.zone === side
  })
}

function leavingLinks(scope: Scope, sources: number[][], start: string, end: string): Issue[] {
  const from = scope.numbers.get(start) as number
  const to = scope.numbers.get(end) as number
  const body = between(scope.targets, sources, from, to)
  const issues: Issue[] = []
  for (const i of body) {
    if (i === to) continue
    for (const next of scope.targets[i] ?? []) {
      if (body.has(next)) continue
      issues.push(leaving(scope, scope.ids[i] as string, scope.ids[next] as string, start, end))
    }
  }
  return issues
}

function leaving(scope: Scope, inside: string, outside: string, start: string, end: string): Issue {
  return {
    code: 'invalid-zone',
    message: `The link from \`${inside}\` to \`${outside}\` leaves the loop from \`${start}\` to \`${end}\` other than through \`${end}\`.`,
    node: scope.prefix + outside,
    hint: `Give the loop a slot for it and link \`${outside}\` from \`${end}\`; \`history.<slot>\` has every iteration.`,
  }
}

function withoutStart(scope: Scope, end: string, start: unknown, starts: string[]): Issue {
  const named = typeof start === 'string' ? `\`${start}\`, which is no loopback/start` : 'no loopback/start'
  return {
    code: 'invalid-zone',
    message: `\`${end}\` names ${named}.`,
    node: scope.prefix + end,
    input: 'start',
    hint: suggest(typeof start === 'string' ? start : '', starts, 'starts of loops'),
  }
}

function secondEnd(scope: Scope, end: string, start: string, other: string): Issue {
  return {
    code: 'invalid-zone',
    message: `\`${start}\` has two ends, \`${other}\` and \`${end}\`.`,
    node: scope.prefix + end,
    hint: 'Remove one of them.',
  }
}

function withoutEnd(scope: Scope, start: string): Issue {
  return {
    code: 'invalid-zone',
    message: `The loop that begins at \`${start}\` has no end.`,
    node: scope.prefix + start,
    hint: `Add a loopback/end and set its \`start\` to "${start}".`,
  }
}
