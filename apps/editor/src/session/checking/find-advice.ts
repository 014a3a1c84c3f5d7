import type { Editor } from '../../store/editor.ts'
import { replaceAdvice } from '../../store/problem-store.ts'
import { presentOf } from '../editing/edit-graph.ts'

/** Looks for what is probably not meant as it is, where nothing is wrong. The code for it comes after the first screen. */
export async function findAdvice(editor: Editor): Promise<void> {
  const advise = await import('./advise.ts').catch(() => undefined)
  const { nodes } = editor.server.getState()
  if (!advise || !nodes) return
  const isWrong = editor.front.problems.getState().issues.length > 0
  replaceAdvice(
    editor.front.problems,
    isWrong ? { warnings: [], readings: [] } : advise.adviseWorkflow(presentOf(editor), [...nodes]),
  )
}
