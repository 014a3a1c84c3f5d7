import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createEditor } from '../../apps/editor/src/session/create-editor.ts'
import { loadLibrary } from '../../apps/editor/src/session/server/load-library.ts'
import type { Editor } from '../../apps/editor/src/store/editor.ts'
import type { Tab } from '../../apps/editor/src/store/tab.ts'
import { createSocket, startTestServer } from '../../apps/server/src/testing/start-test-server.ts'

export interface Session extends AsyncDisposable {
  /** What an open page holds, without the page. */
  editor: Editor
  url: string
  /** Another page, somebody else's; also by another way to the server. */
  join: (way?: string) => Promise<Editor>
  /** The server is gone, and its runs with it. */
  stop: () => Promise<void>
  /** It is back at the same address, with what it had on disk. */
  restart: () => Promise<void>
}

/** An editor without a page, on a real server whose worker plays what a workflow's name says. */
export async function openSession(): Promise<Session> {
  let server = await startTestServer()
  const { url, folder } = server
  const editors: Editor[] = []
  const join = async (way = url): Promise<Editor> => {
    const editor = createEditor({
      url: way,
      createSocket,
      reconnectDelay: 20,
      theme: 'light',
      paletteOpen: false,
    })
    editors.push(editor)
    await loadLibrary(editor)
    return editor
  }
  return {
    editor: await join(),
    url,
    join,
    stop: () => server.close(),
    async restart() {
      server = await startTestServer({ folder, port: Number(new URL(url).port) })
    },
    async [Symbol.asyncDispose]() {
      for (const { client } of editors) client.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** One server for the tests of a file; each has a page of its own. `begin` is told before each. */
export function openForEach(begin: (session: Session, editor: Editor) => void): void {
  let session: Session
  beforeAll(async () => {
    session = await openSession()
  })
  beforeEach(async () => begin(session, await session.join()))
  afterAll(() => session[Symbol.asyncDispose]())
}

export const nameOf = ({ document }: Tab): string => document.getState().history.present.name

export const rename = ({ document }: Tab, name: string): void =>
  document.getState().dispatch({ type: 'workflow.rename', name })

export const namesOf = (editor: Editor): string[] => editor.tabs.getState().open.map(nameOf)

/** What the notices on the page say. */
export const told = (editor: Editor): string[] => editor.workbench.getState().notices.map(({ text }) => text)
