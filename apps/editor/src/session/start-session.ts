import type { Editor } from '../store/editor.ts'
import { findDraft, watchDraft } from './autosave.ts'
import { watchProblems } from './find-problems.ts'
import { loadLibrary } from './load-library.ts'
import { openEmpty, openFromServer } from './open-workflow.ts'
import { resumeRun } from './run-workflow.ts'
import { watchTypes } from './watch-types.ts'
import { claimTab } from './tab-identity.ts'

/** Milliseconds between attempts while the server does not answer. */
const retryTime = 1500

/** The example that newcomers see. */
const firstExample = 'first-story'

/** Brings an editor to life: the library, then the draft of this tab or the first example, then the watchers. */
export async function startSession(editor: Editor): Promise<void> {
  await untilLoaded(editor)
  watchTypes(editor)
  const tab = await claimTab()
  const draft = await findDraft(tab)
  if (draft) {
    editor.document.getState().open(draft.workflow, draft.origin, draft.dirty ? undefined : draft.workflow)
    if (draft.run !== undefined) resumeRun(editor, draft.run)
  } else {
    await openFirstExample(editor)
  }
  watchDraft(editor, tab)
  watchProblems(editor)
  watchConnection(editor)
}

async function untilLoaded(editor: Editor): Promise<void> {
  for (;;) {
    try {
      return await loadLibrary(editor)
    } catch {
      editor.server.setState({ connection: 'lost' })
      await new Promise((resolve) => setTimeout(resolve, retryTime))
    }
  }
}

async function openFirstExample(editor: Editor): Promise<void> {
  const { workflows } = editor.server.getState()
  const examples = workflows.filter(({ example }) => example)
  const first = examples.find(({ id }) => id === firstExample) ?? examples[0] ?? workflows[0]
  if (first) await openFromServer(editor, first.id)
  else openEmpty(editor)
}

/** A server that came back may be a newer one: its library is fetched again. */
function watchConnection(editor: Editor): void {
  editor.server.subscribe((state, before) => {
    if (state.connection !== 'open' || before.connection === 'open') return
    loadLibrary(editor).catch(() => undefined)
  })
}
