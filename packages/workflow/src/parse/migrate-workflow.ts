import type { Issue } from '../issues/issues.ts'
import { show } from '../types/literal-problem.ts'
import { recogniseValue, type Foreign } from './recognise-foreign.ts'

const currentVersion = 1

/** Brings a document of an earlier version of the format to the current one, step by step. */
export function migrateWorkflow(value: unknown): { value: object } | { issues: Issue[] } {
  const { format, version } = (value ?? {}) as { format?: unknown; version?: unknown }
  const foreign = format === 'woolgather' ? undefined : recogniseValue(value)
  if (foreign !== undefined) return { issues: [foreignIssue(foreign)] }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { issues: [notAWorkflow(`A workflow is a JSON object; this is ${kindOf(value)}.`)] }
  }
  if (format !== 'woolgather') {
    return {
      issues: [
        notAWorkflow(`This is no workflow: its \`format\` is ${formatText(format)}, not "woolgather".`),
      ],
    }
  }
  if (version !== currentVersion) return { issues: [unsupported(version)] }
  return { value }
}

/** What is told of a file that is something else, and known. */
export function foreignIssue({ what, hint }: Foreign): Issue {
  return { code: 'foreign-file', message: `This is ${what}, not a workflow of Woolgather.`, hint }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`
}

function formatText(format: unknown): string {
  return format === undefined ? 'missing' : show(format)
}

function notAWorkflow(message: string): Issue {
  return {
    code: 'invalid-workflow',
    message,
    hint: 'A workflow begins { "format": "woolgather", "version": 1, "name": "…", "nodes": {…} }.',
  }
}

function unsupported(version: unknown): Issue {
  const newer = typeof version === 'number' && version > currentVersion
  return {
    code: 'unsupported-version',
    message: `The workflow has version ${JSON.stringify(version) ?? '(none)'}; version ${currentVersion} is understood.`,
    hint: newer ? 'It was made by a newer Woolgather: update this one.' : `Set "version": ${currentVersion}.`,
  }
}
