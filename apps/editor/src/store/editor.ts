import { createClient, type Client } from '@woolgather/protocol'
import { createArtifactStore, type ArtifactStore } from './artifact-store.ts'
import { createDocumentStore, type DocumentStore } from './document-store.ts'
import { createProblemStore, type ProblemStore } from './problem-store.ts'
import { createRunStore, type RunStore } from './run-store.ts'
import { createServerStore, type ServerStore } from './server-store.ts'
import { createTabStore, type TabStore } from './tab-store.ts'
import { createViewStore, type Theme, type ViewStore } from './view-store.ts'
import { followDownload } from '../session/fetch-model.ts'
import { loseRun } from '../session/tabs.ts'

/** Everything an open editor holds. Document, run and view are apart: none of them knows the others. */
export interface Editor {
  client: Client
  /** The workflows open behind the one in front, which is in the stores below. */
  tabs: TabStore
  document: DocumentStore
  run: RunStore
  server: ServerStore
  view: ViewStore
  problems: ProblemStore
  /** Outputs too long to travel in an event. */
  artifacts: ArtifactStore
}

export interface EditorOptions {
  /** Origin of the server, e.g. `http://127.0.0.1:7860`. */
  url: string
  theme: Theme
  paletteOpen: boolean
}

export function createEditor({ url, theme, paletteOpen }: EditorOptions): Editor {
  const server = createServerStore()
  const client = createClient({
    url,
    createSocket: (address) => new WebSocket(address),
    onConnection: (next) =>
      server.setState(({ connection }) => ({
        connection: next === 'connecting' && connection === 'lost' ? 'lost' : next,
      })),
    onWorker: (worker) => server.setState({ worker }),
    onDownload: (download) => followDownload(editor, download),
    onRunLost: (id) => loseRun(editor, id),
  })
  const editor: Editor = {
    client,
    server,
    tabs: createTabStore(),
    document: createDocumentStore(),
    run: createRunStore(),
    view: createViewStore({ theme, paletteOpen }),
    problems: createProblemStore(),
    artifacts: createArtifactStore((hash) => client.artifact(hash)),
  }
  return editor
}
