import type { z } from 'zod'
import { mostIssues, unseenBy } from '../json/bounded.ts'
import { collectIssues, tooManyIssues } from '../issues/collect-issues.ts'
import { documentLimits, workflowSchema, type Workflow } from '../document/document.ts'
import type { Issue } from '../issues/issues.ts'
import { parseOrdered } from '../json/ordered-json.ts'
import { keepKeyOrder } from './keep-key-order.ts'
import { foreignIssue, migrateWorkflow } from './migrate-workflow.ts'
import { textProblem, valueProblem, type TextLimits } from '../json/nesting.ts'
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
  const issues = [...tooLargeParts(migrated.value), ...reservedNames(migrated.value)]
  if (issues.length > 0) return { issues: collectIssues(issues) }
  const result = workflowSchema.safeParse(keepKeyOrder(migrated.value), { error: shortMessage })
  return result.success ? { workflow: result.data } : { issues: issuesOf(result.error.issues) }
}

type Read = { value: unknown } | { issues: Issue[] }

function readText(text: string): Read {
  if (text.length > documentLimits.bytes) return { issues: [tooLarge(text.length)] }
  const problem = textProblem(text, documentLimits)
  if (problem !== undefined) return { issues: [tooMuch[problem]] }
  try {
    // a byte order mark is what some editors leave in front of UTF-8
    return { value: parseOrdered(text.startsWith('\uFEFF') ? text.slice(1) : text) }
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
  const problem = valueProblem(value, documentLimits)
  return problem === undefined ? { value } : { issues: [tooMuch[problem]] }
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

const tooMuch: Record<keyof TextLimits, Issue> = {
  depth: {
    code: 'invalid-workflow',
    message: `The workflow nests values more than ${documentLimits.depth} levels deep.`,
    hint: 'Move deeply nested data to a file and load it with a node.',
  },
  keys: {
    code: 'invalid-workflow',
    message: `The workflow has an object with more than ${documentLimits.keys} keys.`,
    hint: 'Use an axis or a subgraph in place of repeated nodes, and a file in place of a large table.',
  },
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0)
}

/** Parts of which there are too many, counted before any of them is read. */
function tooLargeParts(value: unknown): Issue[] {
  const { nodes, subgraphs } = value as { nodes?: unknown; subgraphs?: unknown }
  const inner = typeof subgraphs === 'object' && subgraphs !== null ? Object.values(subgraphs) : []
  const counts = [nodes, ...inner.map((subgraph) => (Object(subgraph) as { nodes?: unknown }).nodes)].map(
    sizeOf,
  )
  const count = counts.reduce((sum, size) => sum + size, 0)
  const issues: Issue[] = []
  if (count > documentLimits.nodes) {
    issues.push({
      code: 'invalid-workflow',
      message: `The workflow has ${count} nodes; at most ${documentLimits.nodes} are run.`,
      hint: 'Use an axis or a subgraph in place of repeated nodes.',
    })
  }
  if (inner.length > documentLimits.subgraphs) {
    issues.push({
      code: 'invalid-workflow',
      message: `The workflow has ${inner.length} subgraphs; at most ${documentLimits.subgraphs} are read.`,
      hint: 'Remove those that no node uses.',
    })
  }
  return issues
}

function sizeOf(nodes: unknown): number {
  return typeof nodes === 'object' && nodes !== null ? Object.keys(nodes).length : 0
}

/** The first hundred; entries that the schema did not look at any more count as further ones. */
function issuesOf(problems: readonly z.core.$ZodIssue[]): Issue[] {
  const unseen = problems.reduce((sum, problem) => sum + unseenBy(problem), 0)
  const found = problems.filter((problem) => unseenBy(problem) === 0)
  const more = unseen + Math.max(0, found.length - mostIssues)
  const told = found.slice(0, mostIssues).map(issueOf)
  return more > 0 ? [...told, tooManyIssues(told.length, more)] : told
}

/** zod would name every key. */
function shortMessage(problem: { code?: string; keys?: unknown }): string | undefined {
  if (problem.code !== 'unrecognized_keys' || !Array.isArray(problem.keys)) return undefined
  return `${problem.keys.length === 1 ? 'Unrecognized key' : 'Unrecognized keys'}: ${listed(problem.keys)}`
}

/** Shown of many names, and of one that is a text rather than a name. */
const shownKeys = 5
const shownCharacters = 80

function listed(keys: readonly string[]): string {
  const shown = keys.slice(0, shownKeys).map((key) => `\`${shortened(key)}\``)
  const rest = keys.length - shown.length
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ')
}

function shortened(text: string): string {
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text
}

/** A problem of shape, told with the place it is at. */
function issueOf(problem: z.core.$ZodIssue): Issue {
  const path = problem.path.map((part) => shortened(String(part)))
  const where = path.length === 0 ? 'the workflow' : `\`${path.join('.')}\``
  const issue: Issue = {
    code: 'invalid-workflow',
    message: `${capitalise(where)}: ${problem.message}.`,
    hint: hintFor(problem),
  }
  const [section, node, part, input] = problem.path.map(String)
  if (section === 'nodes' && isName(node)) issue.node = node
  if (issue.node !== undefined && (part === 'inputs' || part === 'links') && isName(input)) {
    issue.input = input
  }
  return issue
}

function isName(text: string | undefined): text is string {
  return text !== undefined && text.length <= documentLimits.nameLength
}

function hintFor(problem: z.core.$ZodIssue): string {
  if (problem.code === 'unrecognized_keys') {
    return `Remove ${listed(problem.keys)}, or check the spelling.`
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
