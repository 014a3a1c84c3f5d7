import { BaseEdge, getBezierPath, type Edge, type EdgeProps } from '@xyflow/react'
import { memo } from 'react'
import type { PortType } from '@woolgather/workflow'
import { useRun } from '../store/editor-context.ts'
import { isRunning } from '../store/run-store.ts'
import { portColor } from '../ui/port-style.ts'

export type LinkEdgeType = Edge<{ type: PortType }, 'link'>

/** Handles are larger than what is drawn of them: links reach this far inwards, to the middle. */
const reach = 10

/** A link in the colour of what it carries; it flows while the node it feeds runs. */
export const LinkEdge = memo(function LinkEdge(props: EdgeProps<LinkEdgeType>) {
  const flowing = useRun((state) => isRunning(state) && state.run?.nodes[props.target]?.status === 'running')
  const [path] = getBezierPath({ ...props, sourceX: props.sourceX - reach, targetX: props.targetX + reach })
  const color = portColor(props.data?.type ?? 'any')
  return (
    <>
      <BaseEdge
        id={props.id}
        path={path}
        interactionWidth={16}
        style={{ stroke: color }}
        className={props.selected ? 'link selected' : 'link'}
      />
      {flowing && <path d={path} className="link-flow" style={{ stroke: color }} />}
    </>
  )
})
