import { ChevronDown, CopyPlus, Download, History, LoaderCircle, Save } from 'lucide-react'
import { keysOf, withKeys } from '../commands/command.ts'
import { save, saveAsCopy } from '../commands/commands.ts'
import { showRevisions } from '../session/files/restore-revision.ts'
import { downloadWorkflow, saveAs, saveWorkflow } from '../session/files/save-workflow.ts'
import { useDocument, useEditor } from '../store/editor-context.ts'
import { Menu } from '../ui/menu.tsx'
import './save-button.css'

export function SaveButton() {
  const editor = useEditor()
  const saving = useDocument((state) => state.saving !== undefined)
  return (
    <div className="split-button">
      <button
        type="button"
        className="button"
        aria-label="Save"
        aria-busy={saving || undefined}
        title={saving ? 'Saving…' : withKeys('Save', save)}
        onClick={() => void saveWorkflow(editor)}
      >
        {saving ? <LoaderCircle className="spin" /> : <Save />}
        <span className="button-text">{saving ? 'Saving' : 'Save'}</span>
      </button>
      <Menu
        label="More ways to save"
        className="narrow"
        trigger={<ChevronDown className="chevron" />}
        sections={[
          {
            items: [
              {
                id: 'copy',
                label: 'Save as a copy…',
                icon: <CopyPlus />,
                detail: keysOf(saveAsCopy),
                onSelect: () => void saveAs(editor),
              },
              {
                id: 'revisions',
                label: 'Earlier versions…',
                icon: <History />,
                onSelect: () => showRevisions(editor),
              },
              {
                id: 'download',
                label: 'Download as JSON',
                icon: <Download />,
                onSelect: () => void downloadWorkflow(editor),
              },
            ],
          },
        ]}
      />
    </div>
  )
}
