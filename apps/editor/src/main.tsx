import '@fontsource-variable/inter/wght.css'
import '@xyflow/react/dist/base.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { startSession } from './session/start-session.ts'
import { createEditor } from './session/create-editor.ts'
import { fetchParts } from './ui/fetched-later.tsx'
import { pageFolder } from './session/files/share-workflow.ts'
import { readTheme } from './ui/theme.ts'

/** Below this width the list of nodes would leave too little room for the graph. */
const paletteFrom = 1100

/** Milliseconds after opening that belong to what is seen first; then the rest of the editor is fetched. */
const firstScreenTime = 2000

const editor = createEditor({
  url: pageFolder(),
  createSocket: (url) => new WebSocket(url),
  theme: readTheme(),
  paletteOpen: innerWidth >= paletteFrom,
})
// What fails to come then is fetched when it is needed.
void startSession(editor).then(() => setTimeout(() => void fetchParts().catch(() => {}), firstScreenTime))

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App editor={editor} />
  </StrictMode>,
)
