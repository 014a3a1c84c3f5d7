import { parseWorkflow, type Workflow } from '@woolgather/workflow'

/**
 * A short name for what a workflow says, the same for what the server makes of it: in any order of keys, and without the
 * models it needs, which the server writes down. Not made with `crypto.subtle`, which a page over plain HTTP has not.
 */
export function digestWorkflow(workflow: Workflow): string {
  const { requires: _, ...said } = parseWorkflow(workflow).workflow ?? workflow
  return hash(JSON.stringify(said, inOrder))
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** FNV-1a twice, from two beginnings: 64 bits, against chance and not against anybody. */
function hash(text: string): string {
  let [one, two] = [0x811c9dc5, 0x9e3779b9]
  for (let at = 0; at < text.length; at++) {
    one = Math.imul(one ^ text.charCodeAt(at), 0x01000193)
    two = Math.imul(two ^ text.charCodeAt(at), 0x01000193) ^ (two >>> 15)
  }
  return [one, two].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
}
