import type { Editor } from '../store/editor.ts'
import { watchDraft } from './files/autosave.ts'
import { findDraft, type Draft } from './files/drafts.ts'
import { watchMissing } from './checking/find-missing.ts'
import { watchProblems } from './checking/find-problems.ts'
import { loadLibrary, watchOffered } from './server/load-library.ts'
import { showApp } from './editing/edit-app.ts'
import { fetchSaved, openEmpty, openFromServer, showSaved } from './files/open-workflow.ts'
import { openSent, takeSent, watchAddress } from './files/open-sent.ts'
import { takeLink } from './files/share-workflow.ts'
import { resumeRuns } from './running/follow-run.ts'
import { watchRunOnChange } from './running/run-on-change.ts'
import { watchConnection } from './server/watch-connection.ts'
import { isKept, lasting } from '../store/page-storage.ts'
import { describeError } from '../store/describe-error.ts'
import { watchDetail } from './editing/watch-detail.ts'
import { watchTypes } from './server/watch-types.ts'
import { claimTab } from './files/tab-identity.ts'
import { restoreTabs } from './files/tabs.ts'

/** Milliseconds between attempts while the server does not answer. */
const retryTime = 1500

/** The example that newcomers see. */
const firstExample = 'first-story'

/** Brings an editor to life: the library, then the draft of this tab or the first example, then the watchers. */
export async function startSession(editor: Editor): Promise<void> {
  await untilLoaded(editor)
  watchTypes(editor)
  watchDetail(editor)
  const tab = await claimTab()
  const draft = await findDraft(lasting, tab)
  const sent = takeSent()
  const link = takeLink()
  // Fetched before anything is shown: what is typed in the meantime would be typed into something else.
  const linked = link && (await fetchSaved(editor, link.id))
  if (draft) openDraft(editor, draft)
  else if (!linked && sent === undefined) await openFirstExample(editor)
  if (linked) showSaved(editor, linked)
  if (linked && link.view === 'app') showApp(editor, true)
  if (sent !== undefined) await openSent(editor, sent)
  if (!isKept) tellNothingIsKept(editor)
  watchAddress(editor)
  watchDraft(editor, tab)
  watchProblems(editor)
  watchMissing(editor)
  watchConnection(editor)
  watchOffered(editor)
  watchRunOnChange(editor)
}

/** Brings back every workflow that was open, and the runs they showed. */
export function openDraft(editor: Editor, { tabs, front }: Draft): void {
  const opened = restoreTabs(
    editor,
    tabs.map(({ workflow, origin, dirty }) => ({ workflow, origin, unsaved: dirty })),
    front,
  )
  tabs.forEach(({ run, waiting = [] }, at) => {
    if (run !== undefined) resumeRuns(editor, [run, ...waiting], opened[at]!)
  })
}

async function untilLoaded(editor: Editor): Promise<void> {
  for (;;) {
    try {
      return await loadLibrary(editor)
    } catch (error) {
      const [message, hint] = describeError(error)
      editor.server.setState({ unanswered: { message, hint } })
      await new Promise((resolve) => setTimeout(resolve, retryTime))
    }
  }
}

function tellNothingIsKept(editor: Editor): void {
  editor.workbench
    .getState()
    .notify(
      'error',
      'The browser keeps nothing for this page: what is not saved is gone when it is closed',
      'Save to the server, or allow this page to store data (cookies).',
    )
}

async function openFirstExample(editor: Editor): Promise<void> {
  const { workflows } = editor.server.getState()
  const examples = workflows.filter(({ example }) => example)
  const first = examples.find(({ id }) => id === firstExample) ?? examples[0] ?? workflows[0]
  if (first) await openFromServer(editor, first.id)
  else openEmpty(editor)
}
