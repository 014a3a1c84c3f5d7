import { documentLimits } from '../document/document.ts'
import type { Issue } from '../issues/issues.ts'

/** Names that objects give a meaning to: one used as a key could change every object in the process. */
const dangerous = new Set(['__proto__'])

/**
 * Names a node cannot have: `__proto__` is JavaScript's, `/` separates the parts of an instance path, and `$` starts
 * what the format itself defines (`$in`).
 */
export function* reservedNames(workflow: unknown): Generator<Issue> {
  if (!isObject(workflow)) return
  const { nodes, subgraphs } = workflow
  yield* namesOf(nodes, 'node')
  yield* namesOf(subgraphs, 'subgraph')
  for (const subgraph of isObject(subgraphs) ? Object.values(subgraphs) : []) {
    if (isObject(subgraph)) yield* namesOf(subgraph['nodes'], 'node')
  }
}

function* namesOf(group: unknown, what: 'node' | 'subgraph'): Generator<Issue> {
  if (!isObject(group)) return
  for (const [id, item] of Object.entries(group)) {
    const problem = problemWith(id)
    if (problem !== undefined) {
      const name = id.length > documentLimits.nameLength ? `${id.slice(0, 80)}…` : id
      yield {
        code: 'invalid-workflow',
        message: `A ${what} cannot be called \`${name}\`: ${problem}.`,
        ...(what === 'node' && { node: name }),
        hint: 'Use letters, digits, `-`, `_` or spaces.',
      }
    }
    if (what === 'node' && isObject(item)) yield* portNames(id, item)
  }
}

function* portNames(id: string, node: Record<string, unknown>): Generator<Issue> {
  for (const part of ['inputs', 'links'] as const) {
    const group = node[part]
    if (!isObject(group)) continue
    for (const name of dangerous) {
      if (!Object.hasOwn(group, name)) continue
      yield {
        code: 'invalid-workflow',
        message: `An input cannot be called \`${name}\`.`,
        node: id.slice(0, documentLimits.nameLength),
        input: name,
        hint: 'Rename it.',
      }
    }
  }
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
