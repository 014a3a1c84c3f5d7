import { createClient, type Client } from '@woolgather/protocol'
import { createArtifactStore, type ArtifactStore } from './artifact-store.ts'
import { createDocumentStore, type DocumentStore } from './document-store.ts'
import { createProblemStore, type ProblemStore } from './problem-store.ts'
import { createRunStore, type RunStore } from './run-store.ts'
import { createServerStore, type ServerStore } from './server-store.ts'
import { createViewStore, type Theme, type ViewStore } from './view-store.ts'

/** Everything an open editor holds. Document, run and view are apart: none of them knows the others. */
export interface Editor {
  client: Client
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
  const run = createRunStore()
  const client = createClient({
    url,
    createSocket: (address) => new WebSocket(address),
    onConnection: (connection) => server.setState({ connection }),
    onWorker: (worker) => server.setState({ worker }),
    onRunLost: (id) => run.getState().lose(id),
  })
  return {
    client,
    server,
    document: createDocumentStore(),
    run,
    view: createViewStore({ theme, paletteOpen }),
    problems: createProblemStore(),
    artifacts: createArtifactStore((hash) => client.artifact(hash)),
  }
}
