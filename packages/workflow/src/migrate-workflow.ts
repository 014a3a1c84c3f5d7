import type { Issue } from './issues.ts'

const currentVersion = 1

/** Brings a document of an earlier version of the format to the current one, step by step. */
export function migrateWorkflow(value: unknown): { value: unknown } | { issues: Issue[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { issues: [notAWorkflow('A workflow is a JSON object; this is something else.')] }
  }
  const { format, version } = value as { format?: unknown; version?: unknown }
  if (format !== 'woolgather') {
    return {
      issues: [notAWorkflow(`\`format\` is ${JSON.stringify(format) ?? 'missing'}, not "woolgather".`)],
    }
  }
  if (version !== currentVersion) return { issues: [unsupported(version)] }
  return { value }
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
