import { isArtifactRef, type OutputValue } from '@woolgather/workflow'
import { linkedFrom } from '../document/inputs-of.ts'
import { isBorder } from '../document/scope.ts'
import { lookIntoRun, prefixOf } from '../run/look-into-run.ts'
import { latestCell, madeReadable, mainOutput, showsResult } from '../run/show-run.ts'
import { graphOf } from '../session/editing/edit-graph.ts'
import type { Editor } from '../store/editor.ts'
import { nodeRunOf } from '../store/run-store.ts'

/**
 * Whose results are meant: those to compare of the selected node, or where that has none (or nothing is selected) of the
 * one with the most; where nothing ran for several values, what the selected node made, or the longest that any did.
 */
export function chooseResults(editor: Editor): { node: string; single: boolean } | undefined {
  const [selected] = editor.front.view.getState().selectedNodes
  const counts = countResults(editor)
  if (selected !== undefined && (counts.get(selected) ?? 0) > 0) return { node: selected, single: false }
  const [richest, count] = mostOf(counts)
  if (count > 0) return { node: richest, single: false }
  const lengths = measureSingle(editor)
  if (selected !== undefined && (lengths.get(selected) ?? 0) > 0) return { node: selected, single: true }
  const [longest, length] = mostOf(lengths)
  return length > 0 ? { node: longest, single: true } : undefined
}

function mostOf(counts: ReadonlyMap<string, number>): [node: string, count: number] {
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), ['', 0])
}

/** How long what each node made is, of those that show what they made. */
function measureSingle(editor: Editor): Map<string, number> {
  const run = lookIntoRun(editor.front.run.getState(), prefixOf(editor.front.document.getState().path))
  const types = editor.server.getState().byType
  const { nodes } = graphOf(editor)
  const read = linkedFrom(nodes)
  return new Map(
    Object.entries(nodes).map(([id, { type, inputs }]) => {
      const made = nodeRunOf(run, id)
      const cell = latestCell(made)
      const description = types.get(type)
      const shown =
        showsResult(description, made) || (!read.has(id) && madeReadable(description, made, inputs))
      return [id, cell && shown ? lengthOf(mainOutput(cell)) : 0]
    }),
  )
}

function lengthOf(value: OutputValue | undefined): number {
  if (value === undefined) return 0
  if (isArtifactRef(value)) return value.bytes
  return typeof value === 'string' ? value.length : JSON.stringify(value).length
}

/** How much there is to compare, by node: its cells; more of what collects them, which shows them as they are wanted. */
function countResults(editor: Editor): Map<string, number> {
  const run = lookIntoRun(editor.front.run.getState(), prefixOf(editor.front.document.getState().path))
  const types = editor.server.getState().byType
  return new Map(
    Object.entries(graphOf(editor).nodes)
      .filter(([id]) => !isBorder(id))
      .map(([id, { type }]) => {
        const cells = Object.keys(nodeRunOf(run, id)?.cells ?? {}).length
        const description = types.get(type)
        const collects = description?.sink === true && description.inputs.some((input) => input.collects)
        return [id, collects && cells > 0 ? Infinity : cells > 1 ? cells : 0]
      }),
  )
}
