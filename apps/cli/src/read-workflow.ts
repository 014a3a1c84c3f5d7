import { open, type FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import {
  documentLimits,
  parseWorkflow,
  planWorkflow,
  setInput,
  validateWorkflow,
  type Issue,
  type NodeDescription,
  type Plan,
  type Workflow,
} from '@woolgather/workflow'
import { CliError } from './cli-error.ts'

export interface WorkflowChoices {
  /** `node.input=value`, in order. */
  set?: readonly string[]
  targets?: readonly string[] | undefined
}

/**
 * Reads, changes and checks a workflow.
 * @param file a path, or `-` for standard input
 * @throws CliError with every issue found; exit code 2
 */
export async function readWorkflow(
  file: string,
  stdin: Readable,
  descriptions: readonly NodeDescription[],
  { set = [], targets }: WorkflowChoices = {},
): Promise<{ workflow: Workflow; plan: Plan }> {
  const workflow = await parseFile(file, stdin, descriptions, set)
  const issues = validateWorkflow(workflow, descriptions)
  if (issues.length > 0) throw new CliError(issues)
  const planned = planWorkflow(workflow, descriptions, targets ? { targets } : {})
  if (planned.issues) throw new CliError(planned.issues)
  return { workflow, plan: planned.plan }
}

/**
 * Reads and changes a workflow without checking it.
 * @throws CliError where it cannot be read; exit code 2
 */
export async function parseFile(
  file: string,
  stdin: Readable,
  descriptions: readonly NodeDescription[],
  set: readonly string[],
): Promise<Workflow> {
  const text = file === '-' ? await readStream(stdin) : await readFile(file)
  const parsed = parseWorkflow(decode(text, file))
  if (parsed.issues) throw new CliError(parsed.issues)
  return applyAll(parsed.workflow, set, descriptions)
}

function applyAll(
  workflow: Workflow,
  assignments: readonly string[],
  descriptions: readonly NodeDescription[],
): Workflow {
  const issues: Issue[] = []
  let changed = workflow
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=')
    if (equals === -1) {
      issues.push({
        code: 'invalid-input',
        message: `Cannot read --set “${assignment}”.`,
        hint: 'Write --set node.input=value.',
      })
      continue
    }
    const result = setInput(changed, assignment.slice(0, equals), assignment.slice(equals + 1), descriptions)
    if (result.issues) issues.push(...result.issues)
    else changed = result.workflow
  }
  if (issues.length > 0) throw new CliError(issues)
  return changed
}

async function readFile(file: string): Promise<Buffer> {
  let handle: FileHandle | undefined
  try {
    handle = await open(file)
    const { size } = await handle.stat()
    if (size > documentLimits.bytes) throw tooLarge(file, `${Math.ceil(size / 1_048_576)} MiB large`)
    return await handle.readFile()
  } catch (error) {
    if (error instanceof CliError) throw error
    throw unreadable(file, error as NodeJS.ErrnoException)
  } finally {
    await handle?.close()
  }
}

async function readStream(stdin: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stdin) {
    const buffer = Buffer.from(chunk as Buffer | string)
    bytes += buffer.length
    if (bytes > documentLimits.bytes) throw tooLarge('standard input', 'too large')
    chunks.push(buffer)
  }
  return Buffer.concat(chunks)
}

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new CliError([
      {
        code: 'invalid-json',
        message: `“${file}” is no text: it is not UTF-8.`,
        hint: 'A workflow is a JSON file, as saved by the editor.',
      },
    ])
  }
}

function tooLarge(file: string, how: string): CliError {
  return new CliError([
    {
      code: 'file-too-large',
      message: `“${file}” is ${how}; at most ${documentLimits.bytes / 1_048_576} MiB are read.`,
      hint: 'Move long texts and tables to files and load them with a node.',
    },
  ])
}

function unreadable(file: string, { code, message }: NodeJS.ErrnoException): CliError {
  const reasons: Record<string, string> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a folder',
    EACCES: 'you may not read it',
    EPERM: 'you may not read it',
  }
  return new CliError([
    {
      code: code === 'ENOENT' ? 'file-not-found' : 'file-unreadable',
      message: `Cannot read “${file}”: ${reasons[code ?? ''] ?? message}.`,
    },
  ])
}
