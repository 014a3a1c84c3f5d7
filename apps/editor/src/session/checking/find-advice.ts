import type { Editor } from '../../store/editor.ts'
import { replaceAdvice } from '../../store/problem-store.ts'
import { presentOf } from '../editing/edit-graph.ts'

/** Looks for what is probably not meant as it is, where nothing is wrong. The code for it comes after the first screen. */
export async function findAdvice(editor: Editor): Promise<void> {
  const advise = await import('./advise.ts').catch(() => undefined)
  const { nodes, byType } = editor.server.getState()
  if (!advise || !nodes) return
  const workflow = presentOf(editor)
  const ignored = editor.sources.warnings(workflow, byType)
  const isWrong = editor.front.problems.getState().issues.length > 0
  const { warnings, readings } = isWrong
    ? { warnings: [], readings: [] }
    : advise.adviseWorkflow(workflow, [...nodes])
  replaceAdvice(editor.front.problems, { warnings: [...warnings, ...ignored], readings })
}
