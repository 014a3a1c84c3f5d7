import { open, type FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { findWorkflow, type Carried } from '@woolgather/files'
import {
  adviseWorkflow,
  documentLimits,
  explainUnknownTypes,
  planWorkflow,
  setInput,
  validateWorkflow,
  type BrokenPackage,
  type Issue,
  type NodeDescription,
  type Plan,
  type Warning,
  type Workflow,
} from '@woolgather/workflow'
import { CliError } from '../io/cli-error.ts'

/** Of a file; a document is at most so long, and an output carries its workflow at its beginning. */
const mostBytes = documentLimits.bytes + 65_536

export interface WorkflowChoices {
  /** `name=value` or `node.input=value`, in order. */
  set?: readonly string[]
  targets?: readonly string[] | undefined
  /** Packages of nodes that were left out. */
  broken?: readonly BrokenPackage[]
}

/**
 * Reads, changes and checks a workflow; `warnings` keep nothing from running.
 * @param file a path, or `-` for standard input
 * @throws CliError with every issue found; exit code 2
 */
export async function readWorkflow(
  file: string,
  stdin: Readable,
  descriptions: readonly NodeDescription[],
  { set = [], targets, broken = [] }: WorkflowChoices = {},
): Promise<{ workflow: Workflow; plan: Plan; warnings: Warning[] }> {
  const workflow = await parseFile(file, stdin, descriptions, set)
  const issues = validateWorkflow(workflow, descriptions, { targets })
  if (issues.length > 0) throw new CliError(explainUnknownTypes(issues, broken))
  const planned = planWorkflow(workflow, descriptions, targets ? { targets } : {})
  if (planned.issues) throw new CliError(planned.issues)
  const { warnings } = adviseWorkflow(workflow, descriptions)
  return { workflow, plan: planned.plan, warnings }
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
  return applyAll((await findIn(file, stdin)).workflow, set, descriptions)
}

/**
 * The workflow in a file: a document, or an output that carries the one that made it.
 * @throws CliError where there is none; exit code 2
 */
export async function findIn(file: string, stdin: Readable): Promise<Carried & { issues?: undefined }> {
  const { bytes, size } = file === '-' ? await readStream(stdin) : await readStart(file)
  const whole = size <= bytes.length
  const found = await findWorkflow(bytes, { whole })
  if (found.issues) {
    const cut = !whole && found.issues.some(({ code }) => code === 'file-too-large')
    throw cut ? tooLarge(file, size) : new CliError(found.issues.map((issue) => about(file, issue)))
  }
  return found
}

/** One command may read several files: what is wrong with no node says which file it is about. */
function about(file: string, issue: Issue): Issue {
  if (issue.node !== undefined || file === '-') return issue
  return { ...issue, message: `${file}: ${issue.message}` }
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
        hint: 'Write --set name=value with the name of an `api/input`, or --set node.input=value.',
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

interface Start {
  bytes: Buffer
  /** Of the whole file. */
  size: number
}

/** A file, or of an output that is longer its beginning: what carries a workflow carries it there. */
async function readStart(file: string): Promise<Start> {
  let handle: FileHandle | undefined
  try {
    handle = await open(file)
    const { size } = await handle.stat()
    const buffer = Buffer.alloc(Math.min(size, mostBytes))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0)
    return { bytes: buffer.subarray(0, bytesRead), size }
  } catch (error) {
    throw unreadable(file, error as NodeJS.ErrnoException)
  } finally {
    await handle?.close()
  }
}

async function readStream(stdin: Readable): Promise<Start> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stdin) {
    const buffer = Buffer.from(chunk as Buffer | string)
    size += buffer.length
    chunks.push(buffer)
    if (size > mostBytes) break
  }
  return { bytes: Buffer.concat(chunks).subarray(0, mostBytes), size }
}

function tooLarge(file: string, size: number): CliError {
  const [large, most] = [size, mostBytes].map((bytes) => `${Math.floor(bytes / 1_048_576)} MiB`)
  return new CliError([
    {
      code: 'file-too-large',
      message: `“${file}” is ${large} large; at most ${most} are read, and there is no workflow in those.`,
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
