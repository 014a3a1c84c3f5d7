import { Box, ChevronDown, FilePlus, FolderOpen, LayoutTemplate, Upload } from 'lucide-react'
import { useRef } from 'react'
import { openFile } from '../session/files/import-file.ts'
import { openEmpty, openFromServer } from '../session/files/open-workflow.ts'
import { loadWorkflows } from '../session/server/load-library.ts'
import { useEditor, useServer } from '../store/editor-context.ts'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { groupExamples } from './example-groups.ts'

export function FileMenu() {
  const editor = useEditor()
  const workflows = useServer((state) => state.workflows)
  const picker = useRef<HTMLInputElement>(null)
  const item = ({ id, name, nodes }: { id: string; name: string; nodes: number }): MenuItem => ({
    id,
    label: name,
    detail: nodes === 1 ? '1 node' : `${nodes} nodes`,
    onSelect: () => void openFromServer(editor, id),
  })
  return (
    <>
      <Menu
        label="Open"
        trigger={
          <>
            <FolderOpen /> <span className="button-text">Open</span> <ChevronDown className="chevron" />
          </>
        }
        onOpen={() => void loadWorkflows(editor).catch(() => undefined)}
        sections={[
          {
            items: [
              { id: 'new', label: 'New', icon: <FilePlus />, onSelect: () => openEmpty(editor) },
              {
                id: 'templates',
                label: 'Browse the examples…',
                icon: <LayoutTemplate />,
                onSelect: () => editor.workbench.setState({ dialog: { kind: 'templates' } }),
              },
              {
                id: 'file',
                label: 'From a file…',
                icon: <Upload />,
                onSelect: () => picker.current?.click(),
              },
              {
                id: 'models',
                label: 'Models…',
                icon: <Box />,
                onSelect: () => editor.workbench.setState({ dialog: { kind: 'models' } }),
              },
            ],
          },
          {
            title: 'Yours',
            items: workflows.filter(({ example }) => !example).map(item),
            empty: 'Nothing saved yet',
          },
          ...groupExamples(workflows).map(([group, examples]) => ({
            title: `Examples: ${group}`,
            items: examples.map(item),
          })),
        ]}
      />
      <input
        ref={picker}
        type="file"
        hidden
        aria-label="Workflow file"
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file) void openFile(editor, file)
        }}
      />
    </>
  )
}
