import type { FetchModelRequest, ModelDownload } from '@woolgather/protocol'
import type { Editor } from '../../store/editor.ts'
import { describeError } from '../../store/describe-error.ts'
import { loadModels } from './load-library.ts'

/** Begins to fetch a model under the name that a workflow knows it by; how it goes on is told over the socket. */
export async function fetchModel(editor: Editor, { source, file, sha256 }: FetchModelRequest): Promise<void> {
  try {
    keepDownload(editor, await editor.client.ask('fetchModel', { body: { source, file, sha256 } }))
  } catch (error) {
    editor.workbench.getState().notify('error', ...describeError(error))
  }
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
