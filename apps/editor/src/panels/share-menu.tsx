import { AppWindow, Braces, Download, Link, Share2 } from 'lucide-react'
import { copyJson, copyLink } from '../session/files/share-workflow.ts'
import { downloadWorkflow } from '../session/files/save-workflow.ts'
import { useEditor } from '../store/editor-context.ts'
import { Menu } from '../ui/menu.tsx'

/** A file or a link: what is saved on this server opens by its address. */
export function ShareMenu() {
  const editor = useEditor()
  return (
    <Menu
      label="Share"
      trigger={
        <>
          <Share2 /> <span className="button-text">Share</span>
        </>
      }
      sections={[
        {
          items: [
            {
              id: 'link',
              label: 'Copy a link to the graph',
              icon: <Link />,
              onSelect: () => void copyLink(editor, 'graph'),
            },
            {
              id: 'app-link',
              label: 'Copy a link to the app',
              icon: <AppWindow />,
              onSelect: () => void copyLink(editor, 'app'),
            },
            {
              id: 'json',
              label: 'Copy as JSON',
              icon: <Braces />,
              onSelect: () => void copyJson(editor),
            },
            {
              id: 'file',
              label: 'Download as JSON',
              icon: <Download />,
              onSelect: () => downloadWorkflow(editor),
            },
          ],
        },
      ]}
    />
  )
}
