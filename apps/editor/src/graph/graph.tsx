import {
  Background,
  BackgroundVariant,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  useStore,
  useStoreApi,
  type Connection,
  type Edge,
  type FinalConnectionState,
  type OnConnectStart,
  type OnMove,
  type OnNodeDrag,
} from '@xyflow/react'
import { useCallback, useEffect, useRef, useState, type DragEvent, type MouseEvent } from 'react'
import { useEditor, useFront, useRun, useScene, useView, useWorkflow } from '../store/editor-context.ts'
import { countRunning } from '../store/run-store.ts'
import type { LooseLink } from '../store/workbench-store.ts'
import { addNode, connect, disconnect, judge, reconnect } from '../session/editing/edit-graph.ts'
import { fitsBetween, insertNew } from '../session/editing/insert-on-link.ts'
import { idsOf } from '../document/ids-of.ts'
import { parseLinkId } from '../document/link-id.ts'
import { BorderNode } from '../node/border-node.tsx'
import { NodeCard } from '../node/node-card.tsx'
import { useRevealNode } from '../ui/use-reveal-node.ts'
import { GroupFrames } from './group-frames.tsx'
import { LinkEdge } from './link-edge.tsx'
import { LinkHint } from './link-hint.tsx'
import { looseLinkAt } from '../session/editing/loose-link.ts'
import { zoomLimits } from '../session/editing/show-all.ts'
import { readableZoom } from './detail.ts'
import { EmptyCanvas } from './empty-canvas.tsx'
import { LoopRegions } from './loop-regions.tsx'
import { Overview } from './overview.tsx'
import { PaintedGraph } from './painting/painted-graph.tsx'
import { PaintedKeys } from './painting/painted-keys.tsx'
import { usePaintedPointer } from './painting/use-painted-pointer.ts'
import { usePicture } from './painting/use-picture.ts'
import { useContextMenu } from './use-context-menu.ts'
import { linkAt, useDropOnLink } from './use-drop-on-link.ts'
import { useFitOnOpening } from './use-fit-on-opening.ts'
import { useFlowEdges, useWiring } from './use-flow-edges.ts'
import { useFlowNodes } from './use-flow-nodes.ts'
import { useNarrowSelection } from './use-narrow-selection.ts'
import { useShown } from './use-shown.ts'
import { watchTouch } from './watch-touch.ts'
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

/** What is dragged from the palette: the type of a node. */
export const nodeTypeMime = 'application/x-woolgather-node'

export function Graph() {
  const editor = useEditor()
  const { view } = useFront()
  const flow = useReactFlow()
  const store = useStoreApi()
  const reveal = useRevealNode()
  const isEmpty = useWorkflow((workflow) => idsOf(workflow.nodes).length === 0)
  const large = useView((state) => state.detailed !== undefined)
  const wiring = useWiring()
  const { nodes, onNodesChange } = useFlowNodes(wiring, store.getState)
  const { edges, painted, linkedTo, onEdgesChange } = useFlowEdges(wiring)
  const { hover, hold } = useShown(linkedTo)
  const picture = usePicture(painted)
  const pointer = usePaintedPointer(picture, hover)
  const [linking, setLinking] = useState<LooseLink>()
  const far = useStore((state) => farness(state.transform[2]))
  const busy = useRun((state) => countRunning(state) > livelyUntil)
  const moved = useRef<Edge | undefined>(undefined)
  const held = useRef<LooseLink | undefined>(undefined)
  const scene = useScene()
  useFitOnOpening()
  const stage = useRef<HTMLDivElement>(null)
  useEffect(() => (stage.current ? watchTouch(stage.current, flow) : undefined), [flow])

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
  const onMoveEnd: OnMove = useCallback(
    (_event, viewport) => {
      view.setState({ viewport })
      pointer.settle()
    },
    [view, pointer],
  )
  const onNodeDragStart: OnNodeDrag = useCallback(
    (_event, _node, dragged) => hold(dragged.map(({ id }) => id)),
    [hold],
  )
  const onNodeDragStop: OnNodeDrag = useCallback(
    (event, node, dragged) => {
      hold([])
      drops.drop(event, node, dragged)
    },
    [hold, drops],
  )

  /** What is too small to be read is gone to; it is not renamed unseen. */
  const goNear = (event: MouseEvent): void => {
    if (!large || far === undefined || !(event.target instanceof Element)) return
    const id =
      event.target.closest<HTMLElement>('.react-flow__node')?.dataset['id'] ?? pointer.find(event).node
    if (id === undefined) return
    event.stopPropagation()
    reveal(id)
  }

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
      ref={stage}
      className="graph"
      data-linking={linking && `${linking.side} ${linking.type}`}
      data-far={far}
      data-busy={busy || undefined}
      onDoubleClickCapture={goNear}
      onDoubleClick={openSearch}
      onPointerMove={pointer.move}
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
        onPaneClick={pointer.click}
        onNodeDragStart={onNodeDragStart}
        onNodeDrag={drops.over}
        onNodeDragStop={onNodeDragStop}
        onNodeClick={narrow}
        onNodeContextMenu={menu.onNode}
        onSelectionContextMenu={menu.onSelection}
        onEdgeContextMenu={menu.onLink}
        onPaneContextMenu={(event) => menu.onCanvas(event, pointer.find(event))}
        deleteKeyCode={null}
        onlyRenderVisibleElements={large}
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
        <LoopRegions nodes={wiring} />
        {picture && <PaintedGraph picture={picture} />}
        {picture && <PaintedKeys picture={picture} />}
        <Overview />
        {linking && <LinkHint link={linking} />}
      </ReactFlow>
      {isEmpty && <EmptyCanvas />}
    </div>
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
