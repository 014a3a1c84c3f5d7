import type { Issue } from './issues.ts'

/** Names that objects give a meaning to: one used as a key could change every object in the process. */
const dangerous = new Set(['__proto__'])

/**
 * Names a node cannot have: `__proto__` is JavaScript's, `/` separates the parts of an instance path, and `$` starts
 * what the format itself defines (`$in`).
 */
export function reservedNames(workflow: unknown): Issue[] {
  if (!isObject(workflow)) return []
  const issues = namesOf(workflow['nodes'], 'node')
  issues.push(...namesOf(workflow['subgraphs'], 'subgraph'))
  for (const subgraph of isObject(workflow['subgraphs']) ? Object.values(workflow['subgraphs']) : []) {
    if (isObject(subgraph)) issues.push(...namesOf(subgraph['nodes'], 'node'))
  }
  return issues
}

function namesOf(group: unknown, what: 'node' | 'subgraph'): Issue[] {
  if (!isObject(group)) return []
  const issues: Issue[] = []
  for (const [id, item] of Object.entries(group)) {
    const problem = problemWith(id)
    if (problem !== undefined) {
      const hint = 'Use letters, digits, `-`, `_` or spaces.'
      const issue: Issue = {
        code: 'invalid-workflow',
        message: `A ${what} cannot be called \`${id}\`: ${problem}.`,
        hint,
      }
      if (what === 'node') issue.node = id
      issues.push(issue)
    }
    if (what === 'node' && isObject(item)) issues.push(...portNames(id, item))
  }
  return issues
}

function portNames(id: string, node: Record<string, unknown>): Issue[] {
  const issues: Issue[] = []
  for (const part of ['inputs', 'links'] as const) {
    const group = node[part]
    if (!isObject(group)) continue
    for (const name of Object.keys(group)) {
      if (!dangerous.has(name)) continue
      issues.push({
        code: 'invalid-workflow',
        message: `An input cannot be called \`${name}\`.`,
        node: id,
        input: name,
        hint: 'Rename it.',
      })
    }
  }
  return issues
}

function problemWith(id: string): string | undefined {
  if (dangerous.has(id)) return 'the name is reserved'
  if (id.includes('/')) return '`/` separates the parts of a path'
  if (id.startsWith('$')) return 'names that begin with `$` are reserved'
  return undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
