import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { SavedWorkflow, WorkflowSummary } from '@woolgather/protocol'
import { parseWorkflow, type Workflow } from '@woolgather/workflow'
import { HttpError } from '../http/http-error.ts'

/** A file name on every system, and nothing that could lead out of its folder. */
const idPattern = /^[a-z0-9][a-z0-9_-]{0,99}$/

/** Saved workflows: the examples that are shipped, and people's own. */
export interface WorkflowStore {
  /** Examples first, each part sorted by id. Files that are no workflows are passed over. */
  list(): Promise<WorkflowSummary[]>
  /** @throws HttpError 404 not-found, 422 invalid-workflow */
  read(id: string): Promise<SavedWorkflow>
  /**
   * Creates (`revision` absent) or replaces (`revision` is the one that was read).
   * @throws HttpError 403 for an example, 404 for a bad id, 409 where someone else saved in between
   */
  save(id: string, workflow: Workflow, revision: string | undefined): Promise<SavedWorkflow>
}

export interface WorkflowStoreOptions {
  /** Where people's own are kept; made when the first is saved. */
  folder: string
  examplesFolder?: string | undefined
  /** Told of files that cannot be read. */
  onBroken: (file: string, message: string) => void
}

export function createWorkflowStore({
  folder,
  examplesFolder,
  onBroken,
}: WorkflowStoreOptions): WorkflowStore {
  let lastSave: Promise<unknown> = Promise.resolve()

  const places = [
    ...(examplesFolder === undefined ? [] : [{ folder: examplesFolder, example: true }]),
    { folder, example: false },
  ]

  const find = async (id: string): Promise<SavedWorkflow | undefined> => {
    if (!idPattern.test(id)) return undefined
    for (const place of places) {
      const text = await readText(path.join(place.folder, `${id}.json`))
      if (text !== undefined) return describe(id, text, place.example)
    }
    return undefined
  }

  const listPlace = async (place: { folder: string; example: boolean }): Promise<WorkflowSummary[]> => {
    const summaries: WorkflowSummary[] = []
    for (const id of await listIds(place.folder)) {
      try {
        const text = await readText(path.join(place.folder, `${id}.json`))
        if (text !== undefined) summaries.push(withoutGraph(describe(id, text, place.example)))
      } catch (error) {
        onBroken(path.join(place.folder, `${id}.json`), (error as Error).message)
      }
    }
    return summaries
  }

  const replace = async (
    id: string,
    workflow: Workflow,
    revision: string | undefined,
  ): Promise<SavedWorkflow> => {
    if (!idPattern.test(id)) throw badId(id)
    const found = await find(id)
    if (found?.example) throw readOnly(id)
    if (found?.revision !== revision) throw conflict(id, found)
    const text = `${JSON.stringify(workflow, null, 2)}\n`
    await writeWhole(folder, `${id}.json`, text)
    return describe(id, text, false)
  }

  return {
    list: async () => (await Promise.all(places.map(listPlace))).flat(),
    async read(id) {
      const found = await find(id)
      if (!found) throw new HttpError(404, 'not-found', `There is no workflow “${id.slice(0, 100)}”.`)
      return found
    },
    // One save at a time: nothing may come between comparing the revision and writing.
    save(id, workflow, revision) {
      const save = lastSave.then(() => replace(id, workflow, revision))
      lastSave = save.catch(() => {})
      return save
    },
  }
}

function describe(id: string, text: string, example: boolean): SavedWorkflow {
  const { workflow, issues } = parseWorkflow(text)
  if (issues) {
    throw new HttpError(
      422,
      'invalid-workflow',
      `The file of “${id}” is no workflow: ${issues[0]?.message ?? ''}`,
    )
  }
  return {
    id,
    name: workflow.name,
    nodes: Object.keys(workflow.nodes).length,
    revision: createHash('sha256').update(text).digest('hex').slice(0, 16),
    example,
    workflow,
  }
}

function withoutGraph({ id, name, nodes, revision, example }: SavedWorkflow): WorkflowSummary {
  return { id, name, nodes, revision, example }
}

async function listIds(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .filter((id) => idPattern.test(id))
    .sort()
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Under another name first, so that a crash leaves the old file or the new one, never half of one. */
async function writeWhole(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const temporary = path.join(folder, `.${name}.${randomUUID()}.part`)
  try {
    await writeFile(temporary, text, { flag: 'wx' })
    await rename(temporary, path.join(folder, name))
  } finally {
    await rm(temporary, { force: true })
  }
}

function badId(id: string): HttpError {
  return new HttpError(
    404,
    'not-found',
    `“${id.slice(0, 100)}” cannot be the id of a workflow.`,
    'Use up to 100 of a–z, 0–9, - and _.',
  )
}

function readOnly(id: string): HttpError {
  return new HttpError(
    403,
    'forbidden',
    `“${id}” is an example and stays as it is.`,
    'Save it under another name.',
  )
}

function conflict(id: string, found: SavedWorkflow | undefined): HttpError {
  return found === undefined
    ? new HttpError(409, 'revision-conflict', `“${id}” is gone.`, 'Save it as a new workflow.')
    : new HttpError(
        409,
        'revision-conflict',
        `“${id}” was saved by someone else in between.`,
        'Open it again, or save yours under another name.',
      )
}
