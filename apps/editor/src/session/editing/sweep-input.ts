import { accepts, type InputDescription, type Json, type NodeDescription } from '@woolgather/workflow'
import type { InputRef } from '../../document/actions.ts'
import { makeId } from '../../document/make-id.ts'
import { findFreePlace, type Box } from '../../layout/free-place.ts'
import type { Editor } from '../../store/editor.ts'
import { graphOf } from './edit-graph.ts'

/** The node whose values are tried one after another. */
const axisType = 'matrix/axis'

/** How far left of the swept node its axis goes, in graph units. */
const distance = 340

/** Everything is in view: the axis belongs beside its node, seen or not. */
const everywhere: Box = { x: -1e6, y: -1e6, width: 2e6, height: 2e6 }

/** Whether an input can be tried with several values. */
export function canSweep(editor: Editor, { type, multiple }: InputDescription): boolean {
  const axis = editor.server.getState().byType.get(axisType)
  return axis !== undefined && multiple !== true && accepts(type, axis.outputs[0]?.type ?? 'any')
}

/**
 * Makes an axis wired to an input, with the value it has now as the first; more are typed there. Returns the id of the
 * axis.
 */
export function sweepInput(
  editor: Editor,
  to: InputRef,
  { title, value, boxes }: { title: string; value: Json | undefined; boxes: readonly Box[] },
): string | undefined {
  const { nodes } = graphOf(editor)
  const description = editor.server.getState().byType.get(axisType)
  const node = nodes[to.node]
  if (!description || !node) return undefined
  const id = makeId(description.type, new Set(Object.keys(nodes)))
  const wanted = { x: (node.view?.x ?? 0) - distance, y: (node.view?.y ?? 0) + 120 }
  const at = findFreePlace(wanted, boxes.map(withAir), everywhere)
  const { dispatch, closeStep } = editor.front.document.getState()
  closeStep()
  dispatch({
    type: 'batch',
    actions: [
      {
        type: 'nodes.add',
        nodes: {
          [id]: {
            type: axisType,
            inputs: { values: asAxisValues(value), label: title },
            view: roundPlace(at),
          },
        },
      },
      { type: 'link.add', ...to, from: [id, soleOutput(description)], append: false },
    ],
  })
  editor.front.view.getState().select([id])
  return id
}

/** Air between a new axis and the nodes around it, in graph units. */
const air = 30

function withAir({ x, y, width, height }: Box): Box {
  return { x: x - air, y: y - air, width: width + 2 * air, height: height + 2 * air }
}

function soleOutput(description: NodeDescription): string {
  return description.outputs[0]?.name ?? 'value'
}

function roundPlace({ x, y }: { x: number; y: number }): { x: number; y: number } {
  return { x: Math.round(x), y: Math.round(y) }
}

/** A value as an axis writes it: plain where it is read back as the same one value, else as a list in JSON. */
export function asAxisValues(value: Json | undefined): Json {
  if (value === undefined || value === '') return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string' && !/[,\n]|^\s*[["]|^[\s\d.()+[\]-]+$/.test(value)) return value
  return [value]
}
