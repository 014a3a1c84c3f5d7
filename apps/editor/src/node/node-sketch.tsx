import type { NodeDescription, WorkflowNode } from '@woolgather/workflow'
import { useView } from '../store/editor-context.ts'
import type { SketchPort } from './sketch-ports.ts'
import { titleOf } from '../ui/describe-node.ts'

/** A node that is too small or too far off to be read: its size, its colour and its title. */
export function NodeSketch({
  id,
  node,
  description,
  ports,
}: {
  id: string
  node: WorkflowNode
  description: NodeDescription | undefined
  ports: readonly SketchPort[]
}) {
  const height = useView((state) => state.boxes.get(id)?.height)
  return (
    <div
      className="node-sketch"
      title={titleOf(node, description)}
      style={{ height: height === undefined ? undefined : height - borders }}
    >
      {/* React Flow looks for ports in the page whenever it measures a node, by these names. */}
      {ports.map(({ name, side, x, y }) => (
        <i
          key={`${side} ${name}`}
          className={`sketch-port ${side}`}
          data-handleid={name}
          data-handlepos={side === 'source' ? 'right' : 'left'}
          style={{ left: x, top: y }}
        />
      ))}
      <h3 className="node-header node-title">{titleOf(node, description)}</h3>
    </div>
  )
}

/** The card draws its border around what is in it, in graph units. */
const borders = 2
