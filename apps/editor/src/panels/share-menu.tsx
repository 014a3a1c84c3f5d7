import { AppWindow, Braces, Link, Link2, Send, Share2 } from 'lucide-react'
import { copyJson, copyLink, copyWholeLink, isOnThisComputer } from '../session/files/share-workflow.ts'
import { downloadWorkflow } from '../session/files/save-workflow.ts'
import { useEditor } from '../store/editor-context.ts'
import { Menu, type MenuSection } from '../ui/menu.tsx'

/** What gets a workflow to somebody comes first: of a server that only this computer reaches, a link to it does not. */
export function ShareMenu() {
  const editor = useEditor()
  const alone = isOnThisComputer(location.hostname)
  const whole: MenuSection = {
    items: [
      {
        id: 'file',
        label: 'Send a file',
        detail: 'JSON',
        icon: <Send />,
        onSelect: () => void downloadWorkflow(editor),
      },
      {
        id: 'whole-link',
        label: 'Copy a link that holds it all',
        icon: <Link2 />,
        onSelect: () => void copyWholeLink(editor),
      },
      { id: 'json', label: 'Copy as JSON', icon: <Braces />, onSelect: () => void copyJson(editor) },
    ],
  }
  const saved: MenuSection = {
    items: [
      {
        id: 'link',
        label: alone ? 'Copy a link on this computer to the graph' : 'Copy a link to the graph',
        icon: <Link />,
        onSelect: () => void copyLink(editor, 'graph'),
      },
      {
        id: 'app-link',
        label: alone ? 'Copy a link on this computer to the app' : 'Copy a link to the app',
        icon: <AppWindow />,
        onSelect: () => void copyLink(editor, 'app'),
      },
    ],
  }
  return (
    <Menu
      label="Share"
      trigger={
        <>
          <Share2 /> <span className="button-text">Share</span>
        </>
      }
      sections={alone ? [whole, saved] : [saved, whole]}
    />
  )
}
