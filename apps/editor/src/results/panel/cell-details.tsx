import { Columns2, CornerUpLeft, Maximize2, RotateCw, Square, X } from 'lucide-react'
import { useMemo, useState } from 'react'
import { isLearntText } from '@woolgather/workflow'
import { formatDuration, shortValue } from '../../run/show-run.ts'
import { cancelCell, runCellAgain } from '../../session/running/run-cell.ts'
import { takeValues, valuesAt } from '../../session/editing/take-values.ts'
import { useEditor, useRun, useWorkflow } from '../../store/editor-context.ts'
import { isRunning } from '../../store/run-store.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { readableName } from '../../ui/describe-node.ts'
import { OnWorker } from '../../ui/on-worker.tsx'
import { Prose } from '../../ui/prose.tsx'
import { useTellReason } from '../../ui/tell-reason.ts'
import { statusWords } from '../cell-box.tsx'
import { CanvasResult } from '../film/canvas-result.tsx'
import { Difference } from '../difference.tsx'
import { describeWorker } from '../../run/describe-worker.ts'
import { LearntExamples } from '../learnt-examples.tsx'
import { headingOf, type ResultCell, type ResultSet } from '../result-set.ts'
import { useCellText, useCellValue, useFetchedCells } from '../use-cell-text.ts'
import './cell-details.css'

export interface CellDetailsProps {
  set: ResultSet
  cells: readonly ResultCell[]
  /** The node whose cells these are, where they can be run again. */
  maker: string | undefined
  onClose: () => void
}

/** One cell in full, or the difference between two. */
export function CellDetails({ set, cells, maker, onClose }: CellDetailsProps) {
  useFetchedCells(cells)
  const textOf = useCellText()
  const [beside, setBeside] = useState(false)
  const [first, second] = cells
  if (!first) return null
  return (
    <aside className="cell-details" aria-label={second ? 'Difference between two cells' : 'The chosen cell'}>
      <button type="button" className="icon-button close" aria-label="Close the cell" onClick={onClose}>
        <X />
      </button>
      {second ? (
        <>
          <h3>Difference</h3>
          <dl className="cell-facts">
            {set.axes
              .filter((axis) => first.at[axis.id] !== second.at[axis.id])
              .map((axis) => (
                <Fact key={axis.id} name={axis.label}>
                  <del>{headingOf(axis, first.at)}</del> <ins>{headingOf(axis, second.at)}</ins>
                </Fact>
              ))}
          </dl>
          {beside ? (
            <div className="cell-beside" tabIndex={0} role="region" aria-label="Both, side by side">
              <div>{textOf(first)}</div>
              <div>{textOf(second)}</div>
            </div>
          ) : (
            <div className="cell-full" tabIndex={0} role="region" aria-label="Difference, word by word">
              <Difference before={textOf(first)} after={textOf(second)} />
            </div>
          )}
          <div className="cell-actions">
            <button type="button" className="button" aria-pressed={beside} onClick={() => setBeside(!beside)}>
              <Columns2 /> Side by side
            </button>
          </div>
        </>
      ) : (
        <OneCell set={set} cell={first} text={textOf(first)} maker={maker} />
      )}
    </aside>
  )
}

interface OneCellProps {
  set: ResultSet
  cell: ResultCell
  text: string
  maker: string | undefined
}

function OneCell({ set, cell, text, maker }: OneCellProps) {
  const tell = useTellReason()
  const value = useCellValue(cell)
  const numbers = Object.entries(cell.outputs ?? {}).filter(
    ([, value]) => typeof value === 'number' || typeof value === 'boolean',
  )
  return (
    <>
      <dl className="cell-facts" tabIndex={0}>
        {set.axes.map((axis) => (
          <Fact key={axis.id} name={axis.label}>
            {headingOf(axis, cell.at)}
          </Fact>
        ))}
        <Fact name="state">
          {statusWords[cell.status]}
          {cell.milliseconds !== undefined && ` in ${formatDuration(cell.milliseconds)}`}
        </Fact>
        {cell.by && (
          <Fact name="worker">
            <span title={describeWorker(cell.by)}>{cell.by.worker}</span>
          </Fact>
        )}
        {cell.reason !== undefined && <Fact name="why">{tell(cell.reason)}</Fact>}
        {numbers.map(([name, value]) => (
          <Fact key={name} name={readableName(name)}>
            {shortValue(value)}
          </Fact>
        ))}
      </dl>
      {cell.error && (
        <div className="node-message error" role="alert">
          <p>
            <Prose text={cell.error.message} />
            <OnWorker of={cell.error} />
          </p>
          {cell.error.hint !== undefined && (
            <p className="hint">
              <Prose text={cell.error.hint} />
            </p>
          )}
        </div>
      )}
      {cell.outputs?.['confidence'] !== undefined && maker !== undefined ? (
        <CanvasResult node={maker} title={maker} cell={cell} />
      ) : isLearntText(value) ? (
        <div className="cell-full" tabIndex={0} role="region" aria-label="What is learnt">
          <LearntExamples learnt={value} />
        </div>
      ) : (
        text !== '' && (
          <div className="cell-full" tabIndex={0} role="region" aria-label="Text of the cell">
            {text}
          </div>
        )
      )}
      <div className="cell-actions">
        <CopyButton text={text} />
        <ReadAtLarge set={set} cell={cell} text={text} maker={maker} />
        {maker !== undefined && <RunAgain maker={maker} cell={cell} />}
        <TakeValues set={set} cell={cell} />
      </div>
    </>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** The text of a cell in the whole window; of one that is some node's, with what changed since the run before. */
function ReadAtLarge({ set, cell, text, maker }: OneCellProps) {
  const editor = useEditor()
  const title = set.axes.map((axis) => `${axis.label} ${headingOf(axis, cell.at)}`).join(' · ')
  const output = Object.entries(cell.outputs ?? {}).find(([, value]) => value === cell.value)?.[0]
  const live = maker !== undefined && output !== undefined
  return (
    <button
      type="button"
      className="button"
      disabled={text === ''}
      onClick={() =>
        editor.workbench.setState({
          dialog: {
            kind: 'read',
            title,
            text,
            ...(live && { cell: { node: maker, at: cell.key, output } }),
          },
        })
      }
    >
      <Maximize2 /> Read
    </button>
  )
}

/** Computes a cell anew, behind what runs, or stops it while it runs itself. */
function RunAgain({ maker, cell }: { maker: string; cell: ResultCell }) {
  const editor = useEditor()
  const going = useRun(isRunning)
  if (!going || cell.status !== 'running')
    return (
      <button
        type="button"
        className="button"
        title="Compute this cell anew; the others come from the cache"
        onClick={() => runCellAgain(editor, maker, cell.at)}
      >
        <RotateCw /> Run again
      </button>
    )
  return (
    <button
      type="button"
      className="button"
      title="Cancel this cell; the rest of the run goes on"
      onClick={() => cancelCell(editor, maker, cell.at)}
    >
      <Square /> Cancel
    </button>
  )
}

/** Takes the cell's coordinate as the settings of the workflow. */
function TakeValues({ set, cell }: { set: ResultSet; cell: ResultCell }) {
  const editor = useEditor()
  const nodes = useWorkflow((workflow) => workflow.nodes)
  const values = useMemo(
    () => valuesAt(set.axes, cell.at).filter(({ axis }) => nodes[axis] !== undefined),
    [set, cell, nodes],
  )
  if (values.length === 0) return null
  return (
    <button
      type="button"
      className="button"
      title="Type the values of this cell into the inputs its axes feed"
      onClick={() => takeValues(editor, values)}
    >
      <CornerUpLeft /> Make this the workflow
    </button>
  )
}
