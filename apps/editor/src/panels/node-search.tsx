import { useReactFlow } from '@xyflow/react'
import { Command, Search } from 'lucide-react'
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { NodeDescription } from '@woolgather/workflow'
import type { Flow } from '../commands/command.ts'
import { fuzzyScore, searchNodes } from '../document/search-nodes.ts'
import { addNode, connect, findPartners, fitsLink, graphOf } from '../session/editing/edit-graph.ts'
import { useEditor, useServer, useWorkbench } from '../store/editor-context.ts'
import type { Editor } from '../store/editor.ts'
import type { LooseLink, SearchRequest } from '../store/workbench-store.ts'
import { focusNode } from '../session/editing/focus-node.ts'
import { ownSubgraphs } from '../session/editing/own-subgraphs.ts'
import { fitsBetween, insertNew } from '../session/editing/insert-on-link.ts'
import { useRevealNode } from '../ui/use-reveal-node.ts'
import { commandChoices, placeChoices, type Choice } from './search-choices.ts'
import { readableName, titleOf } from '../ui/describe-node.ts'
import { familyStyle, familyTitle } from '../ui/family-style.ts'
import { portColor } from '../ui/port-style.ts'
import './node-search.css'

/** Size of the list in pixels: it is moved to stay inside the window. */
const width = 340
const height = 380

const none: readonly NodeDescription[] = []

/** The list of nodes at the pointer. */
export function NodeSearch() {
  const request = useWorkbench((state) => state.search)
  return request ? <SearchList key={`${request.screen.x} ${request.screen.y}`} request={request} /> : null
}

function SearchList({ request }: { request: SearchRequest }) {
  const editor = useEditor()
  const descriptions = useServer((state) => state.nodes ?? none)
  const [query, setQuery] = useState('')
  const [active, setActive] = useState(0)
  const list = useRef<HTMLUListElement>(null)
  const before = useRef(document.activeElement)
  const listId = useId()
  const flow = useReactFlow()
  const reveal = useRevealNode()
  const choices = useMemo(() => {
    if (request.kind === 'places') return placeChoices(editor, query, reveal)
    if (request.kind === 'commands') return commandChoices(editor, flow, query)
    return [
      ...(request.partners ? partnerChoices(editor, request.link, query) : []),
      ...nodeChoices(editor, flow, [...descriptions, ...ownSubgraphs(editor)], request, query),
    ]
  }, [editor, flow, reveal, descriptions, request, query])
  const close = (): void => editor.workbench.setState({ search: undefined })
  const choose = (choice: Choice | undefined): void => {
    if (!choice || choice.disabledReason !== undefined) return
    close()
    if (before.current instanceof HTMLElement) before.current.focus()
    choice.choose()
  }
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' })
  }, [active])

  const key = (event: KeyboardEvent): void => {
    const last = choices.length - 1
    const next = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + 8, PageUp: active - 8 }[
      event.key
    ]
    if (next !== undefined)
      setActive(Math.abs(next - active) === 1 ? (next + last + 1) % (last + 1) : clamp(next, last))
    else if (event.key === 'Enter') choose(choices[active])
    else if (event.key === 'Escape') {
      close()
      if (before.current instanceof HTMLElement) before.current.focus()
    } else if (event.key !== 'Tab') return
    event.preventDefault()
    event.stopPropagation()
  }

  const words = wordsOf(request.kind)
  const left = Math.max(8, Math.min(request.screen.x, innerWidth - width - 8))
  const top = Math.max(56, Math.min(request.screen.y, innerHeight - height - 36))
  return (
    <>
      <div className="search-backdrop" onPointerDown={close} onContextMenu={close} />
      <div
        className="node-search"
        role="dialog"
        aria-label={words.dialog}
        style={{ left, top, width, maxHeight: height }}
      >
        <div className="search-field">
          <Search aria-hidden />
          <input
            role="combobox"
            aria-label={words.label}
            aria-expanded
            aria-controls={listId}
            aria-activedescendant={choices[active] ? `${listId}-${active}` : undefined}
            placeholder={words.label}
            autoFocus
            autoComplete="off"
            spellCheck={false}
            value={query}
            onChange={(event) => {
              setQuery(event.target.value)
              setActive(0)
            }}
            onKeyDown={key}
          />
          {request.between && (
            <span
              className="type-tag"
              style={{ '--port': portColor(request.between.fromType) } as React.CSSProperties}
            >
              {request.between.fromType} → {request.between.toType}
            </span>
          )}
          {request.link && (
            <span
              className="type-tag"
              style={{ '--port': portColor(request.link.type) } as React.CSSProperties}
            >
              {request.link.side === 'output' ? 'takes' : 'gives'} {request.link.type}
            </span>
          )}
        </div>
        <ul ref={list} id={listId} role="listbox" aria-label={words.list}>
          {choices.map((choice, at) => (
            <SearchChoice
              key={choice.key}
              id={`${listId}-${at}`}
              choice={choice}
              active={at === active}
              onPoint={() => setActive(at)}
              onChoose={() => choose(choice)}
            />
          ))}
        </ul>
        {choices.length === 0 && (
          <p className="search-none">
            {noneOf(request)}
            {query !== '' && ` called “${query}”`}
          </p>
        )}
      </div>
    </>
  )
}

function wordsOf(kind: SearchRequest['kind']): { label: string; dialog: string; list: string } {
  switch (kind) {
    case 'places':
      return { label: 'Find a node of this workflow', dialog: 'Go to a node', list: 'Nodes of this workflow' }
    case 'commands':
      return { label: 'Find a command', dialog: 'Do something', list: 'Commands' }
    default:
      return { label: 'Find a node', dialog: 'Add a node', list: 'Nodes' }
  }
}

function noneOf({ kind, link, between }: SearchRequest): string {
  if (kind === 'commands') return 'No command'
  if (between) return `No node makes ${between.toType} of ${between.fromType}`
  return link ? `No node ${link.side === 'output' ? 'takes' : 'gives'} ${link.type}` : 'No node'
}

interface SearchChoiceProps {
  id: string
  choice: Choice
  active: boolean
  onPoint: () => void
  onChoose: () => void
}

function SearchChoice({ id, choice, active, onPoint, onChoose }: SearchChoiceProps) {
  const command = choice.family === ''
  const description = choice.disabledReason ?? (active ? choice.description : undefined)
  const Icon = command ? Command : familyStyle(choice.family).icon
  return (
    <li
      id={id}
      role="option"
      aria-selected={active}
      aria-disabled={choice.disabledReason !== undefined}
      className="search-choice"
      data-command={command || undefined}
      style={{ '--family': choice.hue } as React.CSSProperties}
      onPointerMove={onPoint}
      onClick={onChoose}
    >
      <Icon aria-hidden />
      <span className="choice-title">{choice.title}</span>
      <span className="choice-family">{choice.detail}</span>
      {description !== undefined && <span className="choice-description">{description}</span>}
    </li>
  )
}

/** Ports that are there already, advanced ones last. */
function partnerChoices(editor: Editor, link: LooseLink | undefined, query: string): Choice[] {
  if (!link) return []
  const { nodes } = graphOf(editor)
  const types = editor.server.getState().byType
  return findPartners(editor, link)
    .map(({ node, port }) => {
      const description = types.get(nodes[node]?.type ?? '')
      const family = description?.family ?? ''
      const title = `${titleOf(nodes[node], description)} › ${readableName(port)}`
      const choose = (): void =>
        link.side === 'output'
          ? connect(editor, link.from, { node, input: port })
          : connect(editor, [node, port], link.to)
      return {
        key: `port ${node} ${port}`,
        title,
        detail: 'link',
        family,
        hue: familyStyle(family).hue,
        choose,
      }
    })
    .filter(({ title }) => fuzzyScore(query, title) > 0)
}

function nodeChoices(
  editor: Editor,
  flow: Flow,
  descriptions: readonly NodeDescription[],
  { at, link, between }: SearchRequest,
  query: string,
): Choice[] {
  const fitting = descriptions.filter(
    (description) =>
      (!link || fitsLink(description, link)) && (!between || fitsBetween(description, between)),
  )
  return searchNodes(fitting, query).map((description) => ({
    key: description.type,
    title: description.title,
    detail: familyTitle(description.family),
    description: description.description,
    family: description.family,
    hue: familyStyle(description.family).hue,
    choose: () =>
      focusNode(
        editor,
        between ? insertNew(editor, between, description, at) : addNode(editor, description, at, link),
        flow,
      ),
  }))
}

function clamp(value: number, last: number): number {
  return Math.max(0, Math.min(last, value))
}
