import { literalProblem, type Coordinate, type Json, type Workflow } from '@woolgather/workflow'
import type { DocumentAction } from '../../document/actions.ts'
import { inputsOf, linksInto } from '../../document/inputs-of.ts'
import type { Editor } from '../../store/editor.ts'
import { graphOf } from './edit-graph.ts'

/** The value an axis has at one place of a result. */
export interface AxisValue {
  axis: string
  value: Json
}

/**
 * Makes one cell of a sweep the workflow: every input an axis feeds gets the value the axis has there, and axes that
 * feed nothing any more go. What is left runs once.
 */
export function takeValues(editor: Editor, values: readonly AxisValue[]): void {
  const { actions, taken } = actionsFor(editor, graphOf(editor), values)
  const { notify } = editor.workbench.getState()
  if (actions.length === 0)
    return notify('info', 'None of these axes feeds an input that can be typed: nothing was changed')
  editor.front.document.getState().closeStep()
  editor.front.document.getState().dispatch({ type: 'batch', actions })
  editor.front.view.getState().select([...taken])
  notify('info', 'The values of this cell are the workflow’s now. Undo brings the sweep back.')
}

function actionsFor(
  editor: Editor,
  workflow: Workflow,
  values: readonly AxisValue[],
): { actions: DocumentAction[]; taken: Set<string> } {
  const types = editor.server.getState().byType
  const actions: DocumentAction[] = []
  const taken = new Set<string>()
  for (const { axis, value } of values) {
    let links = 0
    let replaced = 0
    for (const [id, node] of Object.entries(workflow.nodes)) {
      for (const input of inputsOf(node, types.get(node.type), workflow.nodes)) {
        if (!linksInto(node, input.name).some(([from]) => from === axis)) continue
        links++
        if (input.multiple || input.schema === undefined || literalProblem(input, value) !== undefined)
          continue
        replaced++
        taken.add(id)
        actions.push({ type: 'input.set', node: id, input: input.name, value })
      }
    }
    if (links > 0 && links === replaced) actions.push({ type: 'nodes.remove', ids: [axis] })
  }
  return { actions, taken }
}

/** The values of plain axes at a coordinate; an axis of rows or iterations has no single value to take. */
export function valuesAt(
  axes: readonly { id: string; values: Json[] | Record<string, Json[]>; iteration: boolean }[],
  at: Coordinate,
): AxisValue[] {
  return axes.flatMap(({ id, values, iteration }) => {
    const value = Array.isArray(values) ? values[at[id] ?? -1] : undefined
    return iteration || value === undefined ? [] : [{ axis: id, value }]
  })
}
