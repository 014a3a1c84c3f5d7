import { BaseEdge, getBezierPath, type Edge, type EdgeProps } from '@xyflow/react'
import { memo } from 'react'
import type { Place, PortType } from '@woolgather/workflow'
import { useRun } from '../store/editor-context.ts'
import { isRunning } from '../store/run-store.ts'
import { portColor } from '../ui/port-style.ts'
import { linkPath } from './link-path.ts'
import { ReroutePoint } from './reroute-point.tsx'
import './link-edge.css'

export type LinkEdgeType = Edge<{ type: PortType; points: readonly Place[] }, 'link'>

/** Handles are larger than what is drawn of them: links reach this far inwards, to the middle. */
const reach = 10

/** A link in the colour of what it carries; it flows while the node it feeds runs. */
export const LinkEdge = memo(function LinkEdge(props: EdgeProps<LinkEdgeType>) {
  const flowing = useRun((state) => isRunning(state) && state.run?.nodes[props.target]?.status === 'running')
  const points = props.data?.points ?? []
  const path = pathOf(props, points)
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
      {points.map((point, at) => (
        <ReroutePoint key={at} link={props.id} at={at} place={point} color={color} />
      ))}
    </>
  )
})

function pathOf(props: EdgeProps<LinkEdgeType>, points: readonly Place[]): string {
  const from = { x: props.sourceX - reach, y: props.sourceY }
  const to = { x: props.targetX + reach, y: props.targetY }
  if (points.length > 0) return linkPath([from, ...points, to])
  const [path] = getBezierPath({ ...props, sourceX: from.x, targetX: to.x })
  return path
}
