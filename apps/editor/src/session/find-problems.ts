import { validateWorkflow } from '@woolgather/workflow'
import type { Editor } from '../store/editor.ts'
import { replaceProblems } from '../store/problem-store.ts'
import { presentOf } from './edit-graph.ts'

/** Milliseconds of rest before the check, so that it never runs between two letters. */
const restTime = 150

/** Checks the open document with the same code the server uses. */
export function findProblems(editor: Editor): void {
  const { nodes } = editor.server.getState()
  if (nodes) replaceProblems(editor.problems, validateWorkflow(presentOf(editor), [...nodes]))
}

/** Keeps the problems up to date while the document changes. Returns how to stop. */
export function watchProblems(editor: Editor): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const check = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => findProblems(editor), restTime)
  }
  const stopDocument = editor.document.subscribe((state, before) => {
    if (state.history.present !== before.history.present) check()
  })
  const stopServer = editor.server.subscribe((state, before) => {
    if (state.nodes !== before.nodes) check()
  })
  check()
  return () => {
    clearTimeout(timer)
    stopDocument()
    stopServer()
  }
}
