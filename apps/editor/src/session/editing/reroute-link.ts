import type { Link, Place } from '@woolgather/workflow'
import type { InputRef } from '../../document/actions.ts'
import { linksInto } from '../../document/inputs-of.ts'
import { sameLink } from '../../document/reduce-document.ts'
import type { Editor } from '../../store/editor.ts'
import { pointerOnGraph } from './open-search.ts'
import { graphOf } from './edit-graph.ts'

interface Ends {
  from: Link
  to: InputRef
}

interface Surroundings {
  screenToFlowPosition: (at: Place) => Place
}

/** The points a link is led through. */
export function reroutesOf(editor: Editor, { from, to }: Ends): readonly Place[] {
  const node = graphOf(editor).nodes[to.node]
  if (!node) return []
  const at = linksInto(node, to.input).findIndex((link) => sameLink(link, from))
  return node.view?.reroutes?.[to.input]?.[at] ?? []
}

/** Leads a link through one more point: at the pointer, or half way between its nodes. */
export function addReroute(editor: Editor, flow: Surroundings, link: Ends): void {
  const pointer = pointerOnGraph()
  const place = pointer ? flow.screenToFlowPosition(pointer) : halfWay(editor, link)
  if (place) addRerouteAt(editor, link, place)
}

/** Leads a link through one more point, between the neighbours that make the shortest way. */
export function addRerouteAt(editor: Editor, link: Ends, place: Place): void {
  const { boxes } = editor.front.view.getState()
  const points = reroutesOf(editor, link)
  const source = boxes.get(link.from[0]) ?? place
  const target = boxes.get(link.to.node) ?? place
  const way = [source, ...points, target]
  const detour = (at: number): number =>
    distance(way[at]!, place) + distance(place, way[at + 1]!) - distance(way[at]!, way[at + 1]!)
  let best = 0
  for (let at = 1; at < way.length - 1; at++) if (detour(at) < detour(best)) best = at
  setReroutes(editor, link, points.toSpliced(best, 0, round(place)))
}

export function moveReroute(editor: Editor, link: Ends, at: number, place: Place): void {
  setReroutes(editor, link, reroutesOf(editor, link).with(at, round(place)))
}

export function removeReroute(editor: Editor, link: Ends, at: number): void {
  setReroutes(editor, link, reroutesOf(editor, link).toSpliced(at, 1))
}

/** Takes all points of a link away. */
export function straighten(editor: Editor, link: Ends): void {
  setReroutes(editor, link, [])
}

function setReroutes(editor: Editor, { from, to }: Ends, points: readonly Place[]): void {
  editor.front.document.getState().dispatch({ type: 'link.reroute', ...to, from, points })
}

function halfWay(editor: Editor, { from, to }: Ends): Place | undefined {
  const { boxes } = editor.front.view.getState()
  const source = boxes.get(from[0])
  const target = boxes.get(to.node)
  if (!source || !target) return undefined
  return { x: (source.x + source.width + target.x) / 2, y: (source.y + target.y) / 2 + 40 }
}

function distance(a: Place, b: Place): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

function round({ x, y }: Place): Place {
  return { x: Math.round(x), y: Math.round(y) }
}
