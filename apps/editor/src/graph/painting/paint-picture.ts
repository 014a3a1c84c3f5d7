import { familyStyle } from '../../ui/family-style.ts'
import { titleOf } from '../../ui/describe-node.ts'
import { hueOf } from '../../ui/node-colors.ts'
import { portColor } from '../../ui/port-style.ts'
import type { Box } from '../../layout/free-place.ts'
import { meet } from '../../layout/surround.ts'
import type { CellStatus } from '../../run/run-state.ts'
import type { Colours } from './colours.ts'
import { boxOfCurve, type Curve } from './link-curve.ts'
import { curvesOf, type Picture } from './picture.ts'

/** Height of a node's head and the rounding of its corners, in graph units, as the cards have them. */
const head = 34
const corner = 10

/** Pixels of the window from which on a head, a rounding and a title can be seen. */
const seenHead = 3
const seenCorner = 3
const seenTitle = 4.5

/** Size of titles in graph units, as seen from far, and where they begin. */
const titleSize = 17
const titleFrom = 34

const ringed: Partial<Record<CellStatus, string>> = {
  running: 'var(--running)',
  failed: 'var(--error)',
  finished: 'var(--done)',
  cached: 'var(--done)',
}

export interface Surface {
  context: CanvasRenderingContext2D
  /** The part of the graph it shows, in graph units. */
  area: Box
  /** Pixels of the canvas for one graph unit. */
  scale: number
  /** Pixels of the window for one graph unit. */
  zoom: number
}

/** Paints links, then nodes, in few strokes: one of each colour. Returns how many nodes there were to paint. */
export function paintPicture(surface: Surface, picture: Picture, colours: Colours): number {
  const { context, area, scale } = surface
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, context.canvas.width, context.canvas.height)
  context.setTransform(scale, 0, 0, scale, -area.x * scale, -area.y * scale)
  paintLinks(surface, picture, colours)
  return paintNodes(surface, picture, colours)
}

function paintLinks({ context, area, zoom }: Surface, picture: Picture, colours: Colours): void {
  const byColour = new Map<string, Curve[]>()
  const chosen: Curve[] = []
  for (const link of picture.links) {
    const selected = picture.selectedLinks.has(link.id)
    const name = colours.forced ? 'CanvasText' : portColor(link.data?.type ?? 'any')
    for (const curve of curvesOf(picture, link)) {
      if (!meet(boxOfCurve(curve), area)) continue
      if (selected) chosen.push(curve)
      pushTo(byColour, name, curve)
    }
  }
  context.lineWidth = linkWidth(zoom)
  for (const [colour, curves] of byColour) strokeCurves(context, colours.of(colour), curves)
  context.lineWidth = 2 * linkWidth(zoom)
  strokeCurves(context, colours.of(colours.forced ? 'Highlight' : 'var(--accent)'), chosen)
}

/** However small everything is, a link stays a line that is seen; in graph units. */
function linkWidth(zoom: number): number {
  return Math.max(2, Math.min(20, 1 / zoom))
}

function strokeCurves(context: CanvasRenderingContext2D, colour: string, curves: readonly Curve[]): void {
  if (curves.length === 0) return
  context.strokeStyle = colour
  context.beginPath()
  for (const [from, a, b, to] of curves) {
    context.moveTo(from.x, from.y)
    context.bezierCurveTo(a.x, a.y, b.x, b.y, to.x, to.y)
  }
  context.stroke()
}

interface Card {
  id: string
  box: Box
}

function paintNodes(surface: Surface, picture: Picture, colours: Colours): number {
  const { area } = surface
  const byLook = new Map<string, Card[]>()
  const byRing = new Map<string, Card[]>()
  const selected: Card[] = []
  let count = 0
  for (const [id, box] of picture.boxes) {
    if (picture.full.has(id) || !meet(box, area)) continue
    count++
    const card = { id, box }
    pushTo(byLook, lookOf(picture, id), card)
    const status = picture.statuses.get(id)
    const ring = status && ringed[status]
    if (ring !== undefined) pushTo(byRing, ring, card)
    if (picture.selectedNodes.has(id)) selected.push(card)
  }
  for (const [look, cards] of byLook) fillCards(surface, colours, look, cards)
  for (const [ring, cards] of byRing) ringCards(surface, colours.of(ring), 2, cards)
  ringCards(surface, colours.of(colours.forced ? 'Highlight' : 'var(--accent)'), 4, selected)
  writeTitles(surface, picture, colours, byLook)
  return count
}

/** What decides the colours of a card: its hue, or that it is left out of runs, or unknown. */
function lookOf({ nodes, types }: Picture, id: string): string {
  const node = nodes[id]
  if (node?.mode) return off
  const description = types.get(node?.type ?? '')
  if (!description) return unknown
  return String(hueOf(node?.view?.color) ?? familyStyle(description.family).hue)
}

const off = 'off'
const unknown = 'unknown'

interface Paints {
  body: string
  head: string
  edge: string
  /** Body and head in one, where they cannot be told apart. */
  whole: string
}

function paintsOf(look: string, forced: boolean): Paints {
  if (forced) return { body: 'Canvas', head: 'Canvas', edge: 'CanvasText', whole: 'CanvasText' }
  if (look === off) {
    const body = 'color-mix(in srgb, var(--canvas) 55%, var(--surface))'
    return { body, head: body, edge: 'var(--line-strong)', whole: 'var(--line-strong)' }
  }
  if (look === unknown)
    return { body: 'var(--surface)', head: 'var(--surface)', edge: 'var(--error)', whole: 'var(--error)' }
  const tint = (part: number): string =>
    `color-mix(in oklch, oklch(var(--family-l) 0.1 ${look}) ${part}%, var(--surface))`
  return { body: tint(22), head: tint(60), edge: 'var(--line-strong)', whole: tint(55) }
}

function fillCards(surface: Surface, colours: Colours, look: string, cards: readonly Card[]): void {
  const { context, zoom } = surface
  const paints = paintsOf(look, colours.forced)
  const small = head * zoom < seenHead
  context.fillStyle = colours.of(small ? paints.whole : paints.body)
  if (corner * zoom < seenCorner)
    for (const { box } of cards) context.fillRect(box.x, box.y, box.width, box.height)
  else fillAll(context, cards, ({ x, y, width, height }) => context.roundRect(x, y, width, height, corner))
  if (small) return
  context.fillStyle = colours.of(paints.head)
  const rounding = corner * zoom < seenCorner ? 0 : [corner, corner, 0, 0]
  fillAll(context, cards, ({ x, y, width, height }) =>
    context.roundRect(x, y, width, Math.min(head, height), rounding),
  )
  ringCards(surface, colours.of(paints.edge), 1, cards)
}

function fillAll(context: CanvasRenderingContext2D, cards: readonly Card[], add: (box: Box) => void): void {
  context.beginPath()
  for (const { box } of cards) add(box)
  context.fill()
}

/** Draws around cards; `width` in pixels of the window where these are more than graph units. */
function ringCards({ context, zoom }: Surface, colour: string, width: number, cards: readonly Card[]): void {
  const line = Math.max(width, (width * 0.5) / zoom)
  const out = width > 1 ? line / 2 : 0
  context.strokeStyle = colour
  context.lineWidth = line
  for (const { box } of cards)
    context.strokeRect(box.x - out, box.y - out, box.width + 2 * out, box.height + 2 * out)
}

function writeTitles(
  { context, zoom }: Surface,
  { nodes, types }: Picture,
  colours: Colours,
  byLook: ReadonlyMap<string, readonly Card[]>,
): void {
  if (titleSize * zoom < seenTitle) return
  context.font = `600 ${titleSize}px ${getComputedStyle(context.canvas).fontFamily}`
  context.textBaseline = 'middle'
  context.fillStyle = colours.of(colours.forced ? 'CanvasText' : 'var(--text)')
  for (const cards of byLook.values())
    for (const { id, box } of cards) {
      const title = titleOf(nodes[id], types.get(nodes[id]?.type ?? ''))
      context.fillText(shorten(title, box.width - titleFrom), box.x + titleFrom, box.y + head / 2)
    }
}

/** A title as far as there is room for it: letters are about half as wide as they are high. */
function shorten(title: string, room: number): string {
  const most = Math.max(1, Math.floor(room / (titleSize * 0.55)))
  return title.length <= most ? title : `${title.slice(0, most - 1)}…`
}

function pushTo<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}
