import { isArtifactRef, tellLearnt, type LearntText, type OutputValue } from '@woolgather/workflow'
import { useArtifact } from '../results/use-artifact.ts'
import { readLearnt } from '../run/read-learnt.ts'
import { readTurns } from '../run/read-turns.ts'
import type { CellRun, NodeRun } from '../run/run-state.ts'
import { latestCell, mainOutput } from '../run/show-run.ts'
import { useRun } from '../store/editor-context.ts'
import { nodeRunOf } from '../store/run-store.ts'
import type { ReadText } from '../store/workbench-store.ts'

export interface Reading {
  text: string
  /** It is JSON, which no Markdown is. */
  data: boolean
  /** What a dataset teaches, of which `text` is what letters can say. */
  learnt?: LearntText | undefined
  streaming: boolean
  /** What the run before made in its place, where it is known. */
  before?: string | undefined
}

/** A text to be read: of a cell as it comes, or one that stands. */
export function useReading({ text, cell }: ReadText): Reading {
  const now = useRun((state) => cell && cellOf(nodeRunOf(state, cell.node), cell.at))
  // While the run that is shown has not come to the node, what is shown is of the run before.
  const last = useRun((state) =>
    cell && state.run?.nodes[cell.node] ? cellOf(state.previous[cell.node], cell.at) : undefined,
  )
  const shown = useValue(now, cell?.output)
  const before = useValue(last, cell?.output)
  if (!now) return { text: text ?? '', data: false, streaming: false }
  return { ...shown, streaming: now.status === 'running', before: last && before.text }
}

function cellOf(run: NodeRun | undefined, at: string | undefined): CellRun | undefined {
  return at === undefined ? latestCell(run) : run?.cells[at]
}

function useValue(cell: CellRun | undefined, output: string | undefined): ShownValue {
  const value: OutputValue | undefined =
    cell && (output === undefined ? mainOutput(cell) : cell.outputs?.[output])
  const reference = value !== undefined && isArtifactRef(value) ? value : undefined
  const fetched = useArtifact(reference)
  if (value === undefined) return { text: cell?.text ?? '', data: false }
  if (reference)
    return asShown(fetched.text ?? cell?.text ?? '', reference.type.startsWith('application/json'))
  if (typeof value === 'string') return { text: value, data: false }
  return asShown(JSON.stringify(value, null, 2), true)
}

type ShownValue = Pick<Reading, 'text' | 'data' | 'learnt'>

/** A conversation reads as one, each turn under who said it; what is learnt as text. */
function asShown(text: string, data: boolean): ShownValue {
  const learnt = data ? readLearnt(text) : undefined
  if (learnt) return { text: tellLearnt(learnt), data: false, learnt }
  const turns = data ? readTurns(text) : undefined
  if (!turns) return { text, data }
  return { text: turns.map(({ role, content }) => `**${role}**\n\n${content}`).join('\n\n'), data: false }
}
