import { useReactFlow } from '@xyflow/react'
import { ChevronDown, ChevronRight, Search, X } from 'lucide-react'
import { useState } from 'react'
import type { NodeDescription } from '@woolgather/workflow'
import { searchNodes } from '../document/search-nodes.ts'
import { nodeTypeMime } from '../graph/graph.tsx'
import { freePlaceIn } from '../layout/free-place-in.ts'
import { focusNode } from '../session/editing/focus-node.ts'
import { addNode } from '../session/editing/edit-graph.ts'
import { useEditor, useServer } from '../store/editor-context.ts'
import { familyStyle, familyTitle } from '../ui/family-style.ts'
import './palette.css'

/** All nodes by family: press to add in the middle, drag to add where it is dropped. */
export function Palette() {
  const nodes = useServer((state) => state.nodes) ?? []
  const [query, setQuery] = useState('')
  const found = query.trim() === '' ? undefined : searchNodes(nodes, query)
  return (
    <nav className="palette" aria-label="Nodes">
      <div className="palette-search">
        <Search aria-hidden />
        <input
          type="search"
          aria-label="Search the nodes"
          placeholder="Search nodes"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setQuery('')
          }}
        />
        {query !== '' && (
          <button
            type="button"
            className="icon-button"
            aria-label="Clear the search"
            onClick={() => setQuery('')}
          >
            <X />
          </button>
        )}
      </div>
      <div className="palette-list">
        {found ? (
          <ul>
            {found.map((node) => (
              <PaletteItem key={node.type} node={node} />
            ))}
            {found.length === 0 && <li className="palette-none">No node matches “{query}”</li>}
          </ul>
        ) : (
          groupByFamily(nodes).map(([family, members]) => (
            <PaletteFamily key={family} family={family} nodes={members} />
          ))
        )}
      </div>
    </nav>
  )
}

function PaletteFamily({ family, nodes }: { family: string; nodes: NodeDescription[] }) {
  const [open, setOpen] = useState(true)
  return (
    <section>
      <button type="button" className="palette-family" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? <ChevronDown /> : <ChevronRight />}
        {familyTitle(family)}
      </button>
      {open && (
        <ul>
          {nodes.map((node) => (
            <PaletteItem key={node.type} node={node} />
          ))}
        </ul>
      )}
    </section>
  )
}

function PaletteItem({ node }: { node: NodeDescription }) {
  const editor = useEditor()
  const flow = useReactFlow()
  const { icon: Icon, hue } = familyStyle(node.family)
  const add = (): void => {
    const box = document.querySelector('.graph')?.getBoundingClientRect()
    if (!box) return
    const { boxes } = editor.front.view.getState()
    const middle = { x: box.left + box.width / 2 - 100, y: box.top + box.height / 3 }
    focusNode(editor, addNode(editor, node, freePlaceIn(flow, middle, boxes.values())), flow)
  }
  return (
    <li>
      <button
        type="button"
        className="palette-item"
        title={node.description}
        draggable
        style={{ '--family': hue } as React.CSSProperties}
        onClick={add}
        onDragStart={(event) => {
          event.dataTransfer.setData(nodeTypeMime, node.type)
          event.dataTransfer.effectAllowed = 'copy'
        }}
      >
        <Icon aria-hidden />
        <span>{node.title}</span>
      </button>
    </li>
  )
}

function groupByFamily(nodes: readonly NodeDescription[]): [string, NodeDescription[]][] {
  const groups = new Map<string, NodeDescription[]>()
  for (const node of nodes) groups.set(node.family, [...(groups.get(node.family) ?? []), node])
  return [...groups]
}
