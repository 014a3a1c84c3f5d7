import { createClient, type ClientOptions } from '@woolgather/protocol'
import { createArtifactStore } from '../store/artifact-store.ts'
import type { Editor } from '../store/editor.ts'
import { createServerStore } from '../store/server-store.ts'
import { createTabStore, frontOf } from '../store/tab-store.ts'
import { createWorkbenchStore, type Theme } from '../store/workbench-store.ts'
import { createSourceChecker } from './checking/check-sources.ts'
import { followDownload } from './files/fetch-model.ts'
import { loseRun } from './running/follow-run.ts'

export interface EditorOptions extends Pick<ClientOptions, 'createSocket' | 'reconnectDelay'> {
  /** Origin of the server, e.g. `http://127.0.0.1:7860`. */
  url: string
  theme: Theme
  paletteOpen: boolean
}

/** An editor with one empty tab, and its connection to the server. */
export function createEditor({ theme, paletteOpen, ...connection }: EditorOptions): Editor {
  const server = createServerStore()
  const tabs = createTabStore()
  const client = createClient({
    ...connection,
    onConnection: (next) =>
      server.setState(({ connection }) => ({
        connection: next === 'connecting' && connection === 'lost' ? 'lost' : next,
      })),
    onWorker: (worker) => server.setState({ worker }),
    onDownload: (download) => followDownload(editor, download),
    onRunLost: (id) => loseRun(editor, id),
    onRunError: (_, { message, hint }) => editor.workbench.getState().notify('error', message, hint),
  })
  const editor: Editor = {
    client,
    server,
    tabs,
    get front() {
      return frontOf(tabs.getState())
    },
    workbench: createWorkbenchStore({ theme, paletteOpen }),
    artifacts: createArtifactStore(async (hash) => (await client.ask('artifact', { hash })).text()),
    sources: createSourceChecker(),
  }
  return editor
}
