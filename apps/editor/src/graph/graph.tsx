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
  type OnConnectStart,
  type OnMove,
} from '@xyflow/react'
import { useCallback, useEffect, useRef, useState, type DragEvent, type MouseEvent } from 'react'
import { useEditor, useFront, useRun, useScene, useServer, useStructure } from '../store/editor-context.ts'
import { countRunning } from '../store/run-store.ts'
import type { LooseLink } from '../store/workbench-store.ts'
import { addNode, connect, disconnect, judge, graphOf, reconnect } from '../session/editing/edit-graph.ts'
import { fitsBetween, insertNew } from '../session/editing/insert-on-link.ts'
import { parseLinkId } from '../document/link-id.ts'
import { BorderNode } from '../node/border-node.tsx'
import { NodeCard } from '../node/node-card.tsx'
import { familyStyle } from '../ui/family-style.ts'
import { useRevealNode } from '../ui/use-reveal-node.ts'
import { GroupFrames } from './group-frames.tsx'
import { LinkEdge } from './link-edge.tsx'
import { LinkHint } from './link-hint.tsx'
import { sketchFrom } from '../session/editing/watch-detail.ts'
import { looseLinkAt } from '../session/editing/loose-link.ts'
import { showAll, zoomLimits } from '../session/editing/show-all.ts'
import { readableZoom } from './detail.ts'
import { useDetail } from './use-detail.ts'
import { EmptyCanvas } from './empty-canvas.tsx'
import { LoopRegions } from './loop-regions.tsx'
import { useContextMenu } from './use-context-menu.ts'
import { linkAt, useDropOnLink } from './use-drop-on-link.ts'
import { useFlowEdges } from './use-flow-edges.ts'
import { useFlowNodes } from './use-flow-nodes.ts'
import { useNarrowSelection } from './use-narrow-selection.ts'
import { ViewControls } from './view-controls.tsx'
import './graph.css'
import './far.css'

const nodeTypes = { card: NodeCard, border: BorderNode }
const edgeTypes = { link: LinkEdge }
const multiSelect = ['Control', 'Meta', 'Shift']

/**
 * With more nodes running than this, links stand still. All that moves by itself is drawn again for each frame, and what
 * is drawn above it is given layers of its own: typing then waits.
 */
const livelyUntil = 1

/** A graph with more nodes than this is worth an overview. */
const minimapFrom = 12

/** What is dragged from the palette: the type of a node. */
export const nodeTypeMime = 'application/x-woolgather-node'

export function Graph() {
  const editor = useEditor()
  const { view } = useFront()
  const flow = useReactFlow()
  const { nodes, onNodesChange } = useFlowNodes()
  const { edges, onEdgesChange } = useFlowEdges()
  const [linking, setLinking] = useState<LooseLink>()
  const far = useStore((state) => farness(state.transform[2]))
  const busy = useRun((state) => countRunning(state) > livelyUntil)
  const moved = useRef<Edge | undefined>(undefined)
  const held = useRef<LooseLink | undefined>(undefined)
  const scene = useScene()
  useFitOnOpening()
  useDetail()

  const menu = useContextMenu()
  const drops = useDropOnLink()
  const narrow = useNarrowSelection()

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

  const onConnectStart: OnConnectStart = useCallback(
    (_event, { nodeId, handleId, handleType }) =>
      setLinking((held.current = looseLinkAt(editor, nodeId, handleId, handleType))),
    [editor],
  )

  /** A link dropped on nothing: one that was there is taken away, a new one asks what to make. */
  const onConnectEnd = useCallback(
    (event: globalThis.MouseEvent | TouchEvent, state: FinalConnectionState): void => {
      const link = held.current
      setLinking((held.current = undefined))
      // What is not trusted was let go for the person, see `endDrags`: nothing is asked.
      if (!event.isTrusted || !link || moved.current || state.toHandle || state.toNode) return
      const screen = 'clientX' in event ? { x: event.clientX, y: event.clientY } : touchPoint(event)
      editor.workbench.setState({ search: { screen, at: flow.screenToFlowPosition(screen), link } })
    },
    [editor, flow],
  )

  const onReconnectStart = useCallback((_event: unknown, edge: Edge) => void (moved.current = edge), [])
  const onReconnectEnd = useCallback(
    (
      event: globalThis.MouseEvent | TouchEvent,
      edge: Edge,
      _type: unknown,
      state: FinalConnectionState,
    ): void => {
      const dropped = event.isTrusted && moved.current && !state.toHandle
      moved.current = undefined
      setLinking((held.current = undefined))
      if (!dropped) return
      const { from, to } = parseLinkId(edge.id)
      disconnect(editor, from, to)
    },
    [editor],
  )
  const onMoveEnd: OnMove = useCallback((_event, viewport) => view.setState({ viewport }), [view])

  const openSearch = (event: MouseEvent): void => {
    if (!(event.target instanceof Element) || !event.target.classList.contains('react-flow__pane')) return
    const screen = { x: event.clientX, y: event.clientY }
    editor.workbench.setState({ search: { screen, at: flow.screenToFlowPosition(screen) } })
  }

  const dropNode = (event: DragEvent): void => {
    const description = editor.server.getState().byType.get(event.dataTransfer.getData(nodeTypeMime))
    if (!description) return
    event.preventDefault()
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY })
    const place = { x: at.x - 60, y: at.y - 16 }
    const link = linkAt(editor, event.clientX, event.clientY)
    if (link && fitsBetween(description, link)) insertNew(editor, link, description, place)
    else addNode(editor, description, place)
  }

  return (
    <div
      className="graph"
      data-linking={linking && `${linking.side} ${linking.type}`}
      data-far={far}
      data-busy={busy || undefined}
      onDoubleClick={openSearch}
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes(nodeTypeMime)) event.preventDefault()
      }}
      onDrop={dropNode}
    >
      <ReactFlow
        key={scene}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        isValidConnection={isValid}
        onConnect={onConnect}
        onConnectStart={onConnectStart}
        onConnectEnd={onConnectEnd}
        onReconnect={onReconnect}
        onReconnectStart={onReconnectStart}
        onReconnectEnd={onReconnectEnd}
        onMoveEnd={onMoveEnd}
        onNodeDrag={drops.over}
        onNodeDragStop={drops.drop}
        onNodeClick={narrow}
        onNodeContextMenu={menu.onNode}
        onSelectionContextMenu={menu.onSelection}
        onEdgeContextMenu={menu.onLink}
        onPaneContextMenu={menu.onCanvas}
        deleteKeyCode={null}
        onlyRenderVisibleElements={nodes.length >= sketchFrom}
        selectionMode={SelectionMode.Partial}
        multiSelectionKeyCode={multiSelect}
        zoomOnDoubleClick={false}
        minZoom={zoomLimits.least}
        maxZoom={zoomLimits.most}
        connectionRadius={24}
        nodeDragThreshold={2}
        reconnectRadius={12}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1.4} color="var(--canvas-dot)" />
        <ViewControls />
        <GroupFrames />
        <LoopRegions />
        <Overview />
        {linking && <LinkHint link={linking} />}
      </ReactFlow>
      {nodes.length === 0 && <EmptyCanvas />}
    </div>
  )
}

/** Shows what is opened as it was left, or whole, or the node to be shown: once all its nodes are measured. */
function useFitOnOpening(): void {
  const editor = useEditor()
  const flow = useReactFlow()
  const reveal = useRevealNode()
  const scene = useScene()
  useEffect(() => {
    const fit = (): void => {
      const ids = Object.keys(graphOf(editor).nodes)
      const ready = ids.every((id) => flow.getNode(id)?.measured?.height)
      if (!ready) return void (frame = requestAnimationFrame(fit))
      const { revealing, returning } = editor.front.view.getState()
      editor.front.view.setState({ revealing: undefined, returning: undefined })
      // React Flow would keep a wish to fit until the first node is there, and move it away from the pointer.
      if (ids.length === 0) void flow.setViewport(returning ?? { x: 0, y: 0, zoom: 1 })
      else if (revealing) reveal(revealing.id, revealing.input)
      else if (returning) void flow.setViewport(returning)
      else showAll(editor, flow)
    }
    let frame = requestAnimationFrame(fit)
    return () => cancelAnimationFrame(frame)
  }, [editor, flow, reveal, scene])
}

function Overview() {
  const types = useServer((state) => state.byType)
  const nodes = useStructure()
  const color = useCallback(
    ({ id }: { id: string }): string => {
      const family = types.get(nodes[id]?.type ?? '')?.family
      return family === undefined ? 'var(--error)' : `oklch(var(--family-l) 0.09 ${familyStyle(family).hue})`
    },
    [nodes, types],
  )
  if (Object.keys(nodes).length < minimapFrom) return null
  return (
    <MiniMap
      pannable
      zoomable
      ariaLabel="Overview of the graph"
      nodeColor={color}
      nodeBorderRadius={12}
      maskColor="var(--minimap-mask)"
      bgColor="var(--surface)"
    />
  )
}

/** In how small a scale a graph that cannot be read is drawn: the smaller, the wider its links. */
function farness(zoom: number): 'small' | 'smaller' | 'smallest' | undefined {
  if (zoom >= readableZoom) return undefined
  return zoom > 0.2 ? 'small' : zoom > 0.1 ? 'smaller' : 'smallest'
}

function endsOf({ source, sourceHandle, target, targetHandle }: Connection | Edge) {
  if (!sourceHandle || !targetHandle) return undefined
  return { from: [source, sourceHandle] as const, to: { node: target, input: targetHandle } }
}

function touchPoint(event: TouchEvent): { x: number; y: number } {
  const touch = event.changedTouches[0]
  return { x: touch?.clientX ?? 0, y: touch?.clientY ?? 0 }
}
