import { validateWorkflow } from '@woolgather/workflow'
import type { Editor } from '../../store/editor.ts'
import { replaceProblems } from '../../store/problem-store.ts'
import { watchFront } from '../../store/tab-store.ts'
import { findAdvice } from './find-advice.ts'
import { presentOf } from '../editing/edit-graph.ts'

/** Milliseconds of rest before the check, so that it never runs between two letters. */
const restTime = 150

/** A large workflow takes its time to be checked: it is waited so many times as long before it is done again. */
const patience = 4

/** Checks the document in front with the same code the server uses, and what was compiled of it so far. */
export function findProblems(editor: Editor): void {
  const { nodes, byType } = editor.server.getState()
  const workflow = presentOf(editor)
  if (nodes)
    replaceProblems(editor.front.problems, [
      ...validateWorkflow(workflow, [...nodes]),
      ...editor.sources.issues(workflow, byType),
    ])
}

/** Keeps the problems up to date while the document changes. Returns how to stop. */
export function watchProblems(editor: Editor): () => void {
  let cost = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const check = (): void => {
    clearTimeout(timer)
    timer = setTimeout(
      () =>
        void editor.sources.check(presentOf(editor), editor.server.getState().byType).then(() => {
          const began = performance.now()
          findProblems(editor)
          cost = performance.now() - began
          return findAdvice(editor)
        }),
      Math.max(restTime, cost * patience),
    )
  }
  const stopDocument = watchFront(
    editor.tabs,
    (tab) => tab.document,
    (state, before) => {
      if (state.history.present !== before.history.present) check()
    },
  )
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
