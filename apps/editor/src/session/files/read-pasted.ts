import { parseWorkflow, type Workflow } from '@woolgather/workflow'

type ReadPasted =
  | { workflow: Workflow; problem?: undefined }
  | { workflow?: undefined; problem: string; hint?: string | undefined }

/**
 * The workflow in a text that somebody copied: JSON alone, in a fence of Markdown or after a sentence; also one node, a
 * list of nodes, or nodes by their ids. Else what is wrong with it.
 */
export function readPasted(text: string): ReadPasted {
  let first: ReadPasted | undefined
  for (const json of jsonIn(text)) {
    const whole = parseWorkflow(json)
    if (whole.workflow) return { workflow: whole.workflow }
    const nodes = nodesIn(JSON.parse(json))
    const parts = nodes && parseWorkflow({ format: 'woolgather', version: 1, name: 'Pasted', nodes })
    if (parts?.workflow) return { workflow: parts.workflow }
    const [issue] = (parts ?? whole).issues
    first ??= { problem: issue?.message ?? '', hint: issue?.hint }
  }
  if (first) return first
  const [issue] = parseWorkflow(text).issues ?? []
  return /[{[]/.test(text)
    ? { problem: issue?.message ?? '', hint: issue?.hint }
    : { problem: 'there is no JSON in it.' }
}

/** The parts of a text that are JSON, the whole first. */
function jsonIn(text: string): string[] {
  const fenced = [...text.matchAll(/^[ \t]*(```+|~~~+)[^\n]*\n([\s\S]*?)^[ \t]*\1/gm)].map(
    ([, , inside = '']) => inside,
  )
  const between = (open: string, close: string): string =>
    text.slice(Math.max(0, text.indexOf(open)), text.lastIndexOf(close) + 1)
  return [text, ...fenced, between('{', '}'), between('[', ']')].filter(isJson)
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

/** Nodes by their ids, where a value is nothing but nodes. */
function nodesIn(value: unknown): Record<string, unknown> | undefined {
  if (isNode(value)) return nodesIn([value])
  if (Array.isArray(value) && value.length > 0 && value.every(isNode))
    return Object.fromEntries(value.map(({ id, ...node }, at) => [String(id ?? `node-${at + 1}`), node]))
  if (!isRecord(value)) return undefined
  const keys = Object.keys(value)
  if (keys.length === 1 && keys[0] === 'nodes') return nodesIn(value['nodes'])
  return keys.length > 0 && Object.values(value).every(isNode) ? value : undefined
}

function isNode(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && typeof value['type'] === 'string'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
