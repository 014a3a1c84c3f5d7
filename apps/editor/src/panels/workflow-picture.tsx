import type { NodeDescription, Workflow } from '@woolgather/workflow'
import { linksInto } from '../document/inputs-of.ts'
import { defaultWidth } from '../layout/arrange-nodes.ts'
import { estimateHeight } from '../layout/arrange-nodes.ts'
import { familyStyle } from '../ui/family-style.ts'

/** Air around the graph, in graph units. */
const air = 60

/** A workflow as a small picture: its nodes in the colours of their families, and the links between them. */
export function WorkflowPicture({
  workflow,
  types,
}: {
  workflow: Workflow
  types: ReadonlyMap<string, NodeDescription>
}) {
  const boxes = new Map(
    Object.entries(workflow.nodes).map(([id, node]) => {
      const { x = 0, y = 0, width = defaultWidth } = node.view ?? {}
      const description = types.get(node.type)
      const hue = familyStyle(description?.family ?? '').hue
      return [id, { x, y, width, height: estimateHeight(node, description), hue }]
    }),
  )
  const all = [...boxes.values()]
  const left = Math.min(...all.map(({ x }) => x)) - air
  const top = Math.min(...all.map(({ y }) => y)) - air
  const width = Math.max(...all.map((box) => box.x + box.width)) + air - left
  const height = Math.max(...all.map((box) => box.y + box.height)) + air - top
  const links = Object.entries(workflow.nodes).flatMap(([id, node]) =>
    Object.keys(node.links ?? {}).flatMap((input) =>
      linksInto(node, input).flatMap(([from]) => {
        const [source, target] = [boxes.get(from), boxes.get(id)]
        return source && target ? [{ source, target }] : []
      }),
    ),
  )
  return (
    <svg className="workflow-picture" viewBox={`${left} ${top} ${width} ${height}`} aria-hidden>
      {links.map(({ source, target }, at) => {
        const [x1, y1, x2, y2] = [source.x + source.width, source.y + 50, target.x, target.y + 50]
        const bend = Math.max(40, (x2 - x1) / 2)
        return <path key={at} d={`M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`} />
      })}
      {all.map((box, at) => (
        <g key={at} style={{ '--family': box.hue } as React.CSSProperties}>
          <rect className="box" x={box.x} y={box.y} width={box.width} height={box.height} rx={20} />
          <rect className="head" x={box.x} y={box.y} width={box.width} height={46} rx={20} />
        </g>
      ))}
    </svg>
  )
}
