import { NodeResizeControl, type Node, type NodeProps } from '@xyflow/react'
import { memo, useMemo, useRef } from 'react'
import type { NodeDescription, WorkflowNode } from '@woolgather/workflow'
import { inputsOf, outputsOf } from '../document/inputs-of.ts'
import { useEditor, useNode, useRun, useServer, useView, useWorkflow } from '../store/editor-context.ts'
import { isStale, nodeRunOf } from '../store/run-store.ts'
import { fitHeight, heights } from '../session/editing/resize-selected.ts'
import { titleOf } from '../ui/describe-node.ts'
import { familyStyle } from '../ui/family-style.ts'
import { hueOf } from '../ui/node-colors.ts'
import { CollapsedPorts } from './collapsed-ports.tsx'
import { NodeBody } from './node-body.tsx'
import { NodeHeader } from './node-header.tsx'
import { NodeProgress } from './node-progress.tsx'
import { NodeSketch } from './node-sketch.tsx'
import type { SketchPort } from './sketch-ports.ts'
import { useRemeasure } from './use-remeasure.ts'
import './node-card.css'

type CardNode = Node<{ ports?: SketchPort[] }>

const noNodes: Record<string, WorkflowNode> = {}
const noPorts: readonly SketchPort[] = []

/** One node of the graph. Everything it shows is looked up by its id, so that it is drawn only when that changes. */
export const NodeCard = memo(function NodeCard({ id, selected, data }: NodeProps<CardNode>) {
  const editor = useEditor()
  const node = useNode(id)
  const description = useServer((state) => state.byType.get(node?.type ?? ''))
  const status = useRun((state) => nodeRunOf(state, id)?.status)
  const stale = useRun((state) => isStale(state, id))
  const detailed = useView((state) => state.detailed?.has(id) ?? true)
  const wasSketched = useRef(false)
  if (!detailed) wasSketched.current = true
  if (!node) return null
  const hue = hueOf(node.view?.color)
  const tall = detailed && node.view?.collapsed !== true ? node.view?.height : undefined
  return (
    <article
      className="node"
      data-node-id={id}
      data-selected={selected || undefined}
      data-status={stale ? undefined : status}
      data-unknown={!description || undefined}
      data-mode={node.mode}
      data-colored={hue !== undefined || undefined}
      data-tall={tall !== undefined || undefined}
      style={
        {
          '--family': hue ?? familyStyle(description?.family ?? '').hue,
          ...(tall !== undefined && { '--tall': `${tall}px` }),
        } as React.CSSProperties
      }
      aria-label={titleOf(node, description)}
    >
      {detailed ? (
        <>
          <NodeHeader id={id} node={node} description={description} />
          <NodeProgress id={id} endsEarly={description?.endsEarly} />
          <NodeInside id={id} node={node} description={description} wasSketched={wasSketched.current} />
          {node.view?.collapsed !== true && (
            <>
              <NodeResizeControl
                position="right"
                resizeDirection="horizontal"
                minWidth={220}
                maxWidth={900}
                className="node-resize"
              />
              <NodeResizeControl
                position="bottom"
                resizeDirection="vertical"
                minHeight={heights.least}
                maxHeight={heights.most}
                className="node-resize-down"
              >
                <div
                  className="node-edge"
                  title="Drag to make the node taller; a double click fits it to what is in it"
                  onDoubleClick={() => fitHeight(editor, id)}
                />
              </NodeResizeControl>
            </>
          )}
        </>
      ) : (
        <NodeSketch id={id} node={node} description={description} ports={data.ports ?? noPorts} />
      )}
    </article>
  )
})

interface InsideProps {
  id: string
  node: WorkflowNode
  description: NodeDescription | undefined
  wasSketched: boolean
}

function NodeInside({ id, node, description, wasSketched }: InsideProps) {
  const nodes = useWorkflow((workflow) => (needsOthers(description) ? workflow.nodes : noNodes))
  const inputs = useMemo(() => inputsOf(node, description, nodes), [node, description, nodes])
  const outputs = useOutputs(id, description)
  // A link changes the height of its field: two that change places leave the node as high as it was.
  const ports = [
    ...inputs.map(({ name }) => (node.links?.[name] === undefined ? name : `${name} linked`)),
    ...outputs.map(({ name }) => name),
  ].join('\n')
  const collapsed = node.view?.collapsed === true
  useRemeasure(id, `${collapsed} ${ports}`, wasSketched)
  if (collapsed) return <CollapsedPorts inputs={inputs} outputs={outputs} />
  return <NodeBody id={id} node={node} description={description} inputs={inputs} outputs={outputs} />
}

type Outputs = NodeDescription['outputs']

/** The outputs of a node; the same list until one comes or goes, whatever else happens in the document. */
function useOutputs(id: string, description: NodeDescription | undefined): Outputs {
  return useWorkflow(
    useMemo(() => {
      let last: Outputs = []
      return ({ nodes }) => {
        if (description && !description.dynamicInputs && !description.dynamicOutputs)
          return description.outputs
        const next = outputsOf(id, description, nodes)
        if (JSON.stringify(next) !== JSON.stringify(last)) last = next
        return last
      }
    }, [id, description]),
  )
}

/** Inputs that depend on other nodes: the end of a loop takes the slots of its start. */
function needsOthers(description: NodeDescription | undefined): boolean {
  return description?.dynamicInputs?.kind === 'zone-slots'
}
