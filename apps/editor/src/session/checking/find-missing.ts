import type { ImportedWorkflow } from '@woolgather/protocol'
import { missingNodeTypes, requiredModels } from '@woolgather/workflow'
import type { Editor } from '../../store/editor.ts'
import { watchFront } from '../../store/tab-store.ts'
import type { Tab } from '../../store/tab.ts'
import { presentOf } from '../editing/edit-graph.ts'

export type Missing = ImportedWorkflow['missing']

/** Milliseconds of rest before the server is asked. */
const restTime = 400

/** Finds what the document of a tab lacks. Undefined where nobody can say, or it is another one by then. */
export async function findMissing(editor: Editor, tab: Tab = editor.front): Promise<Missing | undefined> {
  const { document, problems } = tab
  const workflow = document.getState().history.present
  const { byType, nodes } = editor.server.getState()
  if (!nodes) return undefined
  const nodeTypes = missingNodeTypes(workflow, byType)
  const named = requiredModels(workflow, byType)
  const models = named.length === 0 ? [] : await askForModels(editor, JSON.stringify(workflow))
  if (!models || document.getState().history.present !== workflow) return undefined
  const missing = { models, nodeTypes }
  problems.setState({ missing })
  return missing
}

/** The server knows which files are here, and whether they are the same. Undefined where it is gone. */
async function askForModels(editor: Editor, document: string): Promise<Missing['models'] | undefined> {
  try {
    return (await editor.client.ask('importWorkflow', { body: new Blob([document]) })).missing.models
  } catch {
    return undefined
  }
}

/** Keeps what is missing up to date as documents, models and node types change. Returns how to stop. */
export function watchMissing(editor: Editor): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = ''
  const check = (): void => {
    const key = namesIn(editor)
    if (key === asked) return
    asked = key
    void findMissing(editor)
  }
  const schedule = (): void => {
    clearTimeout(timer)
    timer = setTimeout(check, restTime)
  }
  const stopDocument = watchFront(
    editor.tabs,
    (tab) => tab.document,
    (state, before) => {
      if (state.history.present !== before.history.present) schedule()
    },
  )
  const stopServer = editor.server.subscribe((state, before) => {
    if (state.models === before.models && state.nodes === before.nodes) return
    asked = ''
    schedule()
  })
  schedule()
  return () => {
    clearTimeout(timer)
    stopDocument()
    stopServer()
  }
}

/** What the answer depends on: nothing is asked while one types a prompt. */
function namesIn(editor: Editor): string {
  const workflow = presentOf(editor)
  const { byType } = editor.server.getState()
  return JSON.stringify([requiredModels(workflow, byType), missingNodeTypes(workflow, byType)])
}

/** Shows what is missing for a workflow that was just opened, unless that was told before. */
export function tellMissing(editor: Editor, missing: Missing): void {
  if (!editor.workbench.getState().told.has(keyOf(editor, missing))) showMissing(editor, missing)
}

/** Shows what is missing, if anything is. */
export function showMissing(editor: Editor, missing: Missing): void {
  if (countMissing(missing) === 0) return
  editor.workbench.setState(({ told }) => ({
    dialog: { kind: 'missing', missing },
    told: new Set(told).add(keyOf(editor, missing)),
  }))
}

function keyOf(editor: Editor, missing: Missing): string {
  return JSON.stringify([presentOf(editor).name, missing])
}

export function countMissing({ models, nodeTypes }: Missing): number {
  return models.length + nodeTypes.length
}
