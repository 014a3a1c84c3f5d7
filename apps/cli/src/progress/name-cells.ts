import {
  isArtifactRef,
  resolveOutput,
  type Coordinate,
  type Json,
  type OutputValue,
  type Plan,
  type PlanAxis,
  type PlanNode,
  type ReadArtifact,
  type RunEvent,
} from '@woolgather/workflow'

/** Longer labels and values are cut: a name is part of a line. */
const longestPart = 40

/** A node at a coordinate, or one of its inputs there. */
export interface NamedPlace {
  node?: string | undefined
  input?: string | undefined
  at?: Coordinate | undefined
}

/** Names cells for people by where they are: `story [temperature 0.9, word sea]`. */
export interface CellNames {
  /** Takes note of an axis whose values this event tells; a promise where they have to be fetched first. */
  learn(event: RunEvent): Promise<void> | undefined
  /** Empty where there is no node. */
  nameOf(place: NamedPlace): string
}

interface KnownAxis {
  label: string
  within: string[]
  /** Values as they are written, by the coordinate of `within`. */
  values: Map<string, string[]>
}

/** @param readArtifact bytes of an output too long for an event */
export function createCellNames(plan: Plan, readArtifact: ReadArtifact): CellNames {
  const axes = new Map(plan.axes.map((axis) => [axis.id, knownAxis(plan, axis)]))
  const made = new Map(plan.axes.flatMap((axis) => axisMadeBy(plan, axis)))

  const note = (axis: KnownAxis, at: Coordinate, value: Json): void => {
    if (Array.isArray(value)) axis.values.set(placeWithin(axis, at), writeValues(value))
  }

  return {
    learn(event) {
      if (event.type !== 'cell.finished' && event.type !== 'cell.cached') return undefined
      const maker = made.get(event.node)
      const axis = maker && axes.get(maker.axis)
      const value: OutputValue | undefined = maker && event.outputs[maker.output]
      if (axis === undefined || value === undefined) return undefined
      if (!isArtifactRef(value)) {
        note(axis, event.at, value)
        return undefined
      }
      // What cannot be fetched is named by its number.
      return resolveOutput(value, readArtifact).then(
        (list) => note(axis, event.at, list),
        () => undefined,
      )
    },
    nameOf({ node, input, at = {} }) {
      if (node === undefined) return ''
      const places = Object.keys(at).map((id) => nameAlong(axes.get(id), id, at))
      const name = input === undefined ? node : `${node}.${input}`
      return places.length === 0 ? name : `${name} [${places.join(', ')}]`
    },
  }
}

function knownAxis(plan: Plan, { label, within }: PlanAxis): KnownAxis {
  return {
    label: shorten(label),
    within: within.map((index) => (plan.axes[index] as PlanAxis).id),
    values: new Map(),
  }
}

/** The node that gives the values of an axis, and in which output; none for the iterations of a loop. */
function axisMadeBy(plan: Plan, { id, kind, maker }: PlanAxis): [string, { axis: string; output: string }][] {
  const { path, description } = plan.nodes[maker] as PlanNode
  const output = description.outputs.find(({ spreads }) => spreads)?.name
  return kind === 'iteration' || output === undefined ? [] : [[path, { axis: id, output }]]
}

/** `temperature 0.9`; by its number, from 1, where the value is not known. */
function nameAlong(axis: KnownAxis | undefined, id: string, at: Coordinate): string {
  const index = at[id] ?? 0
  const value = axis?.values.get(placeWithin(axis, at))?.[index]
  return `${axis?.label ?? shorten(id)} ${value ?? index + 1}`
}

function placeWithin({ within }: KnownAxis, at: Coordinate): string {
  return within.map((id) => at[id]).join(',')
}

/** Values that read the same once they are cut are told apart by their numbers. */
function writeValues(values: readonly Json[]): string[] {
  const written = values.map(writeValue)
  const counts = new Map<string, number>()
  for (const text of written) counts.set(text, (counts.get(text) ?? 0) + 1)
  return written.map((text, index) => ((counts.get(text) ?? 0) > 1 ? `${text} #${index + 1}` : text))
}

function writeValue(value: Json): string {
  const text = typeof value === 'string' && value.trim() !== '' ? value : JSON.stringify(value)
  return shorten(text.replace(/\s+/g, ' ').trim())
}

function shorten(text: string): string {
  const characters = [...text.slice(0, 2 * longestPart + 2)]
  return characters.length <= longestPart ? text : `${characters.slice(0, longestPart - 1).join('')}…`
}
