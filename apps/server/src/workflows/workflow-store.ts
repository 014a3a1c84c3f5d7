import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from '@woolgather/disk'
import type { SavedWorkflow, WorkflowRevision, WorkflowSummary } from '@woolgather/protocol'
import { decodeText, ReadError } from '@woolgather/tables'
import { nearest, parseWorkflow, type Workflow } from '@woolgather/workflow'
import { HttpError } from '../errors/http-error.ts'
import { aboutExample, inOrder } from './examples.ts'
import { openHistory } from './workflow-history.ts'

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
  /**
   * Deletes the workflow if `revision` is its last. Its revisions can still be read.
   * @throws HttpError 403 for an example, 404, 409 where someone saved in between
   */
  remove(id: string, revision: string): Promise<void>
  /** States the workflow was saved in, newest first. */
  revisions(id: string): Promise<WorkflowRevision[]>
  /** @throws HttpError 404 not-found */
  readRevision(id: string, revision: string): Promise<SavedWorkflow>
}

export interface WorkflowStoreOptions {
  /** Where people's own are kept; made when the first is saved. */
  folder: string
  /** Where every state they were saved in is kept. */
  historyFolder: string
  examplesFolder?: string | undefined
  /** Told of files that cannot be read. */
  onBroken: (file: string, message: string) => void
}

export function createWorkflowStore({
  folder,
  historyFolder,
  examplesFolder,
  onBroken,
}: WorkflowStoreOptions): WorkflowStore {
  let lastChange: Promise<unknown> = Promise.resolve()
  const history = openHistory(historyFolder)

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
    return place.example ? inOrder(summaries) : summaries
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
    const saved = describe(id, text, false)
    await history.add(id, saved.revision, text)
    await mkdir(folder, { recursive: true })
    await writeWhole(path.join(folder, `${id}.json`), text)
    return saved
  }

  const remove = async (id: string, revision: string): Promise<void> => {
    const found = await find(id)
    if (!found) throw notFound(id)
    if (found.example) throw readOnly(id)
    if (found.revision !== revision) throw conflict(id, found)
    await rm(path.join(folder, `${id}.json`))
  }

  /** One change at a time: nothing may come between comparing the revision and writing. */
  const inTurn = <Result>(change: () => Promise<Result>): Promise<Result> => {
    const changed = lastChange.then(change)
    lastChange = changed.catch(() => {})
    return changed
  }

  return {
    list: async () => (await Promise.all(places.map(listPlace))).flat(),
    async read(id) {
      const found = await find(id)
      if (found) return found
      const ids = (await Promise.all(places.map((place) => listIds(place.folder)))).flat()
      throw notFound(id, nearest(id, ids))
    },
    save: (id, workflow, revision) => inTurn(() => replace(id, workflow, revision)),
    remove: (id, revision) => inTurn(() => remove(id, revision)),
    async revisions(id) {
      const entries = idPattern.test(id) ? await history.list(id) : []
      return entries.map(({ revision, saved, text }) => {
        const { name, nodes } = describe(id, text, false)
        return { revision, name, nodes, saved }
      })
    },
    async readRevision(id, revision) {
      const entries = idPattern.test(id) ? await history.list(id) : []
      const entry = entries.find((known) => known.revision === revision)
      if (!entry) throw notFound(id)
      return describe(id, entry.text, false)
    },
  }
}

function describe(id: string, text: string, example: boolean): SavedWorkflow {
  const { workflow, issues } = parseWorkflow(text)
  if (issues) {
    throw noWorkflow(id, issues[0]?.message ?? '')
  }
  return {
    id,
    name: workflow.name,
    nodes: Object.keys(workflow.nodes).length,
    revision: createHash('sha256').update(text).digest('hex').slice(0, 16),
    example,
    ...(example && { about: aboutExample(id) }),
    workflow,
  }
}

function withoutGraph({ id, name, nodes, revision, example, about }: SavedWorkflow): WorkflowSummary {
  return { id, name, nodes, revision, example, ...(about && { about }) }
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
    return decodeText(await readFile(file))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (error instanceof ReadError) throw noWorkflow(path.basename(file, '.json'), error.message)
    throw error
  }
}

function noWorkflow(id: string, message: string): HttpError {
  return new HttpError(422, 'invalid-workflow', `The file of “${id}” is no workflow: ${message}`)
}

function notFound(id: string, meant: readonly string[] = []): HttpError {
  const hint =
    meant.length > 0 ? `Did you mean “${meant.join('” or “')}”?` : 'GET /api/workflows lists what there is.'
  return new HttpError(404, 'not-found', `There is no workflow “${id.slice(0, 100)}”.`, { hint })
}

function badId(id: string): HttpError {
  return new HttpError(404, 'not-found', `“${id.slice(0, 100)}” cannot be the id of a workflow.`, {
    hint: 'Use up to 100 of a–z, 0–9, - and _.',
  })
}

function readOnly(id: string): HttpError {
  return new HttpError(403, 'forbidden', `“${id}” is an example and stays as it is.`, {
    hint: 'Save it under another name.',
  })
}

function conflict(id: string, found: SavedWorkflow | undefined): HttpError {
  return found === undefined
    ? new HttpError(409, 'revision-conflict', `“${id}” is gone.`, { hint: 'Save it as a new workflow.' })
    : new HttpError(409, 'revision-conflict', `“${id}” was saved by someone else in between.`, {
        hint: 'Open it again, or save yours under another name.',
      })
}
