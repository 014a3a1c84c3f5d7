import type { FetchModelRequest, ModelDownload } from '@woolgather/protocol'
import { renameModel } from '@woolgather/workflow'
import type { Editor } from '../../store/editor.ts'
import type { Tab } from '../../store/tab.ts'
import { describeError } from '../../store/describe-error.ts'
import { isOpen } from './tabs.ts'
import { loadModels } from '../server/load-library.ts'

/**
 * Fetches a model under the name that a workflow knows it by; how it goes on is told over the socket. Where it was saved
 * beside another file, the workflow in front names what was saved, as one change.
 */
export async function fetchModel(
  editor: Editor,
  { source, file, sha256, existing }: FetchModelRequest & { file: string },
): Promise<void> {
  const tab = editor.front
  try {
    const body = { source, file, sha256, existing }
    const begun = await editor.client.ask('fetchModel', { body })
    keepDownload(editor, begun)
    const { state, file: saved = file } = await downloadEnded(editor, begun.id)
    if (state === 'finished' && existing === 'beside' && saved !== file) nameSaved(editor, tab, file, saved)
  } catch (error) {
    editor.workbench.getState().notify('error', ...describeError(error))
  }
}

/** Fetches what is at an address, under the name that it says. */
export async function fetchSource(editor: Editor, source: string, sha256?: string): Promise<void> {
  try {
    keepDownload(editor, await editor.client.ask('fetchModel', { body: { source, sha256 } }))
  } catch (error) {
    editor.workbench.getState().notify('error', ...describeError(error))
  }
}

/** Resolves with how a download ended, also where that was told before the answer that it began. */
function downloadEnded(editor: Editor, id: string): Promise<ModelDownload> {
  return new Promise((resolve) => {
    const look = (): void => {
      const download = editor.server.getState().downloads.find((known) => known.id === id)
      if (download === undefined || download.state === 'running') return
      stop()
      resolve(download)
    }
    const stop = editor.server.subscribe(look)
    look()
  })
}

function nameSaved(editor: Editor, tab: Tab, from: string, to: string): void {
  if (!isOpen(editor, tab)) return
  const { history, closeStep, dispatch } = tab.document.getState()
  const workflow = renameModel(history.present, { from, to }, editor.server.getState().byType)
  closeStep()
  dispatch({ type: 'workflow.replace', workflow })
  closeStep()
}

export async function cancelDownload(editor: Editor, id: string): Promise<void> {
  try {
    await editor.client.ask('cancelDownload', { id })
  } catch (error) {
    editor.workbench.getState().notify('error', ...describeError(error))
  }
}

/** Takes in how a download goes on. One that is finished is among the models to choose from. */
export function followDownload(editor: Editor, download: ModelDownload): void {
  keepDownload(editor, download)
  if (download.state === 'finished') loadModels(editor).catch(() => undefined)
}

/** The answer to a request may come after the first news of what it began: a later state is not overwritten. */
function keepDownload(editor: Editor, download: ModelDownload): void {
  editor.server.setState(({ downloads }) => {
    const known = downloads.find(({ id }) => id === download.id)
    if (!known) return { downloads: [...downloads, download] }
    if (known.state !== 'running' || known.done > download.done) return { downloads }
    return { downloads: downloads.map((other) => (other === known ? download : other)) }
  })
}

/** Names another file in the workflow in front, wherever it names that one, as one change; what is missing is found anew. */
export function takeInstead(editor: Editor, from: string, to: string): void {
  nameSaved(editor, editor.front, from, to)
}
