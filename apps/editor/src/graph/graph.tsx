import {
  Background,
  BackgroundVariant,
  MiniMap,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  useStore,
  type Connection,
  type Edge,
  type FinalConnectionState,
} from '@xyflow/react'
import { useCallback, useEffect, useRef, useState, type DragEvent, type MouseEvent } from 'react'
import { useDocument, useEditor, useRun, useServer, useWorkflow } from '../store/editor-context.ts'
import { countRunning } from '../store/run-store.ts'
import type { LooseLink } from '../store/view-store.ts'
import { addNode, connect, disconnect, judge, presentOf, reconnect } from '../session/edit-graph.ts'
import { parseLinkId } from '../document/link-id.ts'
import { NodeCard } from '../node/node-card.tsx'
import { familyStyle } from '../ui/family-style.ts'
import { GroupFrames } from './group-frames.tsx'
import { LinkEdge } from './link-edge.tsx'
import { LinkHint } from './link-hint.tsx'
import { looseLinkAt } from './loose-link.ts'
import { EmptyCanvas } from './empty-canvas.tsx'
import { LoopRegions } from './loop-regions.tsx'
import { useFlowEdges } from './use-flow-edges.ts'
import { useFlowNodes } from './use-flow-nodes.ts'
import { ViewControls } from './view-controls.tsx'

const nodeTypes = { card: NodeCard }
const edgeTypes = { link: LinkEdge }
const multiSelect = ['Control', 'Meta', 'Shift']
const fitOptions = { padding: 0.12, maxZoom: 1 }

/** Below this zoom the text of a node is too small to read, and is not drawn. */
const readableZoom = 0.35

/** With more nodes running than this, movement says nothing any more and drawing it costs: links then stand still. */
const livelyUntil = 6

/** A graph with more nodes than this is worth an overview. */
const minimapFrom = 12

/** What is dragged from the palette: the type of a node. */
export const nodeTypeMime = 'application/x-woolgather-node'

export function Graph() {
  const editor = useEditor()
  const flow = useReactFlow()
  const { nodes, onNodesChange } = useFlowNodes()
  const { edges, onEdgesChange } = useFlowEdges()
  const [linking, setLinking] = useState<LooseLink>()
  const far = useStore((state) => state.transform[2] < readableZoom)
  const busy = useRun((state) => countRunning(state) > livelyUntil)
  const moved = useRef<Edge | undefined>(undefined)
  const opening = useDocument((state) => state.opening)
  useFitOnOpening()

  const isValid = useCallback(
    (connection: Connection | Edge) => {
      const ends = endsOf(connection)
      return ends !== undefined && judge(editor, ends.from, ends.to).ok
    },
    [editor],
  )

  const onConnect = useCallback(
    (connection: Connection) => {
      const ends = endsOf(connection)
      if (ends) connect(editor, ends.from, ends.to)
    },
    [editor],
  )

  const onReconnect = useCallback(
    (edge: Edge, connection: Connection) => {
      moved.current = undefined
      const ends = endsOf(connection)
      if (ends) reconnect(editor, parseLinkId(edge.id), ends)
    },
    [editor],
  )

  /** A link dropped on nothing: one that was there is taken away, a new one asks what to make. */
  const onConnectEnd = (event: globalThis.MouseEvent | TouchEvent, state: FinalConnectionState): void => {
    const link = linking
    setLinking(undefined)
    if (!link || moved.current || state.toHandle || state.toNode) return
    const screen = 'clientX' in event ? { x: event.clientX, y: event.clientY } : touchPoint(event)
    editor.view.setState({ search: { screen, at: flow.screenToFlowPosition(screen), link } })
  }

  const onReconnectEnd = (_event: unknown, edge: Edge, _type: unknown, state: FinalConnectionState): void => {
    const dropped = moved.current && !state.toHandle
    moved.current = undefined
    setLinking(undefined)
    if (!dropped) return
    const { from, to } = parseLinkId(edge.id)
    disconnect(editor, from, to)
  }

  const openSearch = (event: MouseEvent): void => {
    if (!(event.target instanceof Element) || !event.target.classList.contains('react-flow__pane')) return
    const screen = { x: event.clientX, y: event.clientY }
    editor.view.setState({ search: { screen, at: flow.screenToFlowPosition(screen) } })
  }

  const dropNode = (event: DragEvent): void => {
    const description = editor.server.getState().byType.get(event.dataTransfer.getData(nodeTypeMime))
    if (!description) return
    event.preventDefault()
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY })
    addNode(editor, description, { x: at.x - 60, y: at.y - 16 })
  }

  return (
    <div
      className="graph"
      data-linking={linking && `${linking.side} ${linking.type}`}
      data-far={far || undefined}
      data-busy={busy || undefined}
      onDoubleClick={openSearch}
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes(nodeTypeMime)) event.preventDefault()
      }}
      onDrop={dropNode}
    >
      <ReactFlow
        key={opening}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        isValidConnection={isValid}
        onConnect={onConnect}
        onConnectStart={(_event, { nodeId, handleId, handleType }) =>
          setLinking(looseLinkAt(editor, nodeId, handleId, handleType))
        }
        onConnectEnd={onConnectEnd}
        onReconnect={onReconnect}
        onReconnectStart={(_event, edge) => (moved.current = edge)}
        onReconnectEnd={onReconnectEnd}
        onNodeDragStop={() => editor.document.getState().closeStep()}
        deleteKeyCode={null}
        selectionMode={SelectionMode.Partial}
        multiSelectionKeyCode={multiSelect}
        zoomOnDoubleClick={false}
        minZoom={0.08}
        maxZoom={2}
        connectionRadius={24}
        nodeDragThreshold={2}
        reconnectRadius={12}
        fitViewOptions={fitOptions}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1.4} color="var(--canvas-dot)" />
        <ViewControls fitOptions={fitOptions} />
        <GroupFrames />
        <LoopRegions />
        <Overview />
        {linking && <LinkHint link={linking} />}
      </ReactFlow>
      {nodes.length === 0 && <EmptyCanvas />}
    </div>
  )
}

/** Shows the whole graph whenever another document is opened, once all its nodes have been measured. */
function useFitOnOpening(): void {
  const editor = useEditor()
  const flow = useReactFlow()
  const opening = useDocument((state) => state.opening)
  useEffect(() => {
    const fit = (): void => {
      const ids = Object.keys(presentOf(editor).nodes)
      const ready = ids.every((id) => flow.getNode(id)?.measured?.height)
      if (ready) void flow.fitView(fitOptions)
      else frame = requestAnimationFrame(fit)
    }
    let frame = requestAnimationFrame(fit)
    return () => cancelAnimationFrame(frame)
  }, [editor, flow, opening])
}

function Overview() {
  const types = useServer((state) => state.byType)
  const nodes = useWorkflow((workflow) => workflow.nodes)
  if (Object.keys(nodes).length < minimapFrom) return null
  const color = (id: string): string => {
    const family = types.get(nodes[id]?.type ?? '')?.family
    return family === undefined ? 'var(--error)' : `oklch(var(--family-l) 0.09 ${familyStyle(family).hue})`
  }
  return (
    <MiniMap
      pannable
      zoomable
      ariaLabel="Overview of the graph"
      nodeColor={({ id }) => color(id)}
      nodeBorderRadius={12}
      maskColor="var(--minimap-mask)"
      bgColor="var(--surface)"
    />
  )
}

function endsOf({ source, sourceHandle, target, targetHandle }: Connection | Edge) {
  if (!sourceHandle || !targetHandle) return undefined
  return { from: [source, sourceHandle] as const, to: { node: target, input: targetHandle } }
}

function touchPoint(event: TouchEvent): { x: number; y: number } {
  const touch = event.changedTouches[0]
  return { x: touch?.clientX ?? 0, y: touch?.clientY ?? 0 }
}
