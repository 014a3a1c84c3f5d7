import type { z } from 'zod'
import { documentLimits, workflowSchema, type Workflow } from './document.ts'
import type { Issue } from './issues.ts'
import { foreignIssue, migrateWorkflow } from './migrate-workflow.ts'
import { valueTooDeep, textTooDeep } from './nesting.ts'
import { recogniseText } from './recognise-foreign.ts'
import { reservedNames } from './reserved-names.ts'

export type Parsed = { workflow: Workflow; issues?: undefined } | { workflow?: undefined; issues: Issue[] }

/**
 * Reads a workflow from JSON text or from JSON already parsed. Sizes are checked before anything that grows with
 * them, so a hostile file costs one pass over its bytes. Whether the graph makes sense is `validateWorkflow`'s job.
 */
export function parseWorkflow(input: unknown): Parsed {
  const read = typeof input === 'string' ? readText(input) : readValue(input)
  if ('issues' in read) return read
  const migrated = migrateWorkflow(read.value)
  if ('issues' in migrated) return migrated
  const issues = [...tooManyNodes(migrated.value), ...reservedNames(migrated.value)]
  if (issues.length > 0) return { issues }
  const result = workflowSchema.safeParse(migrated.value)
  return result.success ? { workflow: result.data } : { issues: result.error.issues.map(issueOf) }
}

type Read = { value: unknown } | { issues: Issue[] }

function readText(text: string): Read {
  if (text.length > documentLimits.bytes) return { issues: [tooLarge(text.length)] }
  if (textTooDeep(text, documentLimits.depth)) return { issues: [tooDeep] }
  try {
    // a byte order mark is what some editors leave in front of UTF-8
    return { value: JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text) }
  } catch (error) {
    if (text.trim() === '') return { issues: [nothingThere] }
    const foreign = recogniseText(text)
    if (foreign !== undefined) return { issues: [foreignIssue(foreign)] }
    return {
      issues: [
        {
          code: 'invalid-json',
          message: `This is not JSON: ${error instanceof Error ? error.message : String(error)}.`,
          hint: 'A workflow is one JSON object, as saved by the editor. Check that the file is complete.',
        },
      ],
    }
  }
}

function readValue(value: unknown): Read {
  return valueTooDeep(value, documentLimits.depth) ? { issues: [tooDeep] } : { value }
}

/** Of a file or text without content. */
export const nothingThere: Issue = {
  code: 'no-workflow',
  message: 'There is nothing in it: it is empty.',
  hint: 'A workflow is one JSON object, as saved by the editor. Check that saving or downloading it came to its end.',
}

function tooLarge(bytes: number): Issue {
  return {
    code: 'file-too-large',
    message: `The workflow is ${mebibytes(bytes)} MiB; at most ${mebibytes(documentLimits.bytes)} MiB are read.`,
    hint: 'Move long texts and tables to files and load them with a node.',
  }
}

const tooDeep: Issue = {
  code: 'invalid-workflow',
  message: `The workflow nests values more than ${documentLimits.depth} levels deep.`,
  hint: 'Move deeply nested data to a file and load it with a node.',
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0)
}

function tooManyNodes(value: unknown): Issue[] {
  const nodes = (value as { nodes?: unknown }).nodes
  const count = typeof nodes === 'object' && nodes !== null ? Object.keys(nodes).length : 0
  if (count <= documentLimits.nodes) return []
  return [
    {
      code: 'invalid-workflow',
      message: `The workflow has ${count} nodes; at most ${documentLimits.nodes} are run.`,
      hint: 'Use an axis or a subgraph in place of repeated nodes.',
    },
  ]
}

/** A problem of shape, told with the place it is at. */
function issueOf(problem: z.core.$ZodIssue): Issue {
  const path = problem.path.map(String)
  const where = path.length === 0 ? 'the workflow' : `\`${path.join('.')}\``
  const issue: Issue = {
    code: 'invalid-workflow',
    message: `${capitalise(where)}: ${problem.message}.`,
    hint: hintFor(problem),
  }
  const [section, node, part, input] = path
  if (section === 'nodes' && node !== undefined) issue.node = node
  if (issue.node !== undefined && (part === 'inputs' || part === 'links') && input !== undefined) {
    issue.input = input
  }
  return issue
}

function hintFor(problem: z.core.$ZodIssue): string {
  if (problem.code === 'unrecognized_keys') {
    return `Remove ${problem.keys.map((key) => `\`${key}\``).join(', ')}, or check the spelling.`
  }
  if (problem.path.includes('links')) {
    return 'A link is written ["node", "output"], a list of links [["node", "output"], …].'
  }
  if (problem.path[0] === 'nodes')
    return 'A node is written { "type": "family/name", "inputs": {…}, "links": {…} }.'
  return 'A workflow is written { "format": "woolgather", "version": 1, "name": "…", "nodes": {…} }.'
}

function capitalise(text: string): string {
  return text.startsWith('`') ? text : text.charAt(0).toUpperCase() + text.slice(1)
}
