import type { ConstraintSource, SourceProblem } from '@woolgather/constraint/check'
import type { Issue, Workflow } from '@woolgather/workflow'
import { findSources } from '../../document/find-sources.ts'
import type { Editor } from '../../store/editor.ts'
import { presentOf } from '../editing/edit-graph.ts'

/** Milliseconds one source may take. What takes longer is told by the run. */
const patience = 2000

/** Sources whose outcome is kept: more than a workflow has, with what was typed on the way. */
const keptOutcomes = 200

/** What came of the sources compiled so far, by what they say. `null`: nothing is wrong. */
const outcomes = new Map<string, SourceProblem | null>()

let worker: Promise<Worker | undefined> | undefined

/** The thread answers one question at a time. */
let answered: Promise<unknown> = Promise.resolve()

/** What is wrong with the grammars, regular expressions and schemas of a workflow, as far as they were compiled. */
export function sourceIssues(editor: Editor, workflow: Workflow): Issue[] {
  return findSources(workflow, editor.server.getState().byType).flatMap(({ node, input, source }) => {
    const problem = outcomes.get(JSON.stringify(source))
    return problem ? [{ code: 'invalid-input' as const, node, input, ...problem }] : []
  })
}

/** Compiles what was not compiled yet. In a thread of its own: a pattern can be made to take as long as is allowed. */
export async function checkSources(editor: Editor): Promise<void> {
  for (const { source } of findSources(presentOf(editor), editor.server.getState().byType)) {
    const key = JSON.stringify(source)
    if (outcomes.has(key)) continue
    const outcome = answered.then(() => compileAside(source))
    answered = outcome
    const told = await outcome
    if (told !== undefined) outcomes.set(key, told)
    for (const oldest of outcomes.keys()) if (outcomes.size > keptOutcomes) outcomes.delete(oldest)
  }
}

/** `null` where nothing is wrong, or it takes too long to tell; `undefined` without a thread to ask. */
async function compileAside(source: ConstraintSource): Promise<SourceProblem | null | undefined> {
  worker ??= startWorker()
  const asked = await worker
  if (!asked) return (worker = undefined)
  return new Promise((resolve) => {
    const giveUp = (): void => {
      asked.terminate()
      worker = undefined
      resolve(null)
    }
    const timer = setTimeout(giveUp, patience)
    asked.onmessage = ({ data }: MessageEvent<SourceProblem | undefined>) => {
      clearTimeout(timer)
      resolve(data ?? null)
    }
    asked.onerror = () => {
      clearTimeout(timer)
      giveUp()
    }
    asked.postMessage(source)
  })
}

/** A thread that is there and listens: how long it takes to load is no source's fault. Nothing where it cannot be had. */
function startWorker(): Promise<Worker | undefined> {
  const started = new Worker(new URL('check-sources.worker.ts', import.meta.url), { type: 'module' })
  return new Promise((resolve) => {
    started.onmessage = () => resolve(started)
    started.onerror = () => resolve(undefined)
  })
}
