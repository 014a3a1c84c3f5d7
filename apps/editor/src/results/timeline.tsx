import { ChevronLeft, ChevronRight, Maximize2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Coordinate } from '@woolgather/workflow'
import { useEditor } from '../store/editor-context.ts'
import { captureScroll } from '../ui/capture-scroll.ts'
import { CellText } from './cell-box.tsx'
import { Difference } from './difference.tsx'
import { indicesOf } from './pivot.ts'
import { headingOf, type ResultSet } from './result-set.ts'
import { useCellText, useFetchedCells } from './use-cell-text.ts'
import './timeline.css'

/** The iterations of a loop one after another, each with what changed since the one before. */
export function Timeline({
  set,
  label,
  compact = false,
}: {
  set: ResultSet
  label: string
  compact?: boolean
}) {
  const axis = set.axes.find(({ iteration }) => iteration)
  const others = set.axes.filter((other) => other !== axis)
  const [chosen, setChosen] = useState<Coordinate>({})
  const [step, setStep] = useState<number>()
  const textOf = useCellText()
  const editor = useEditor()
  const steps = useMemo(
    () =>
      set.cells.filter(({ at }) =>
        others.every(({ id }) => at[id] === (chosen[id] ?? indicesOf(set, id)[0])),
      ),
    [set, others, chosen],
  )
  useFetchedCells(steps)
  if (!axis || steps.length === 0) return null
  // Without a choice the last is shown, so that a running loop is followed.
  const at = Math.min(step ?? steps.length - 1, steps.length - 1)
  const cell = steps[at]!
  const before = steps[at - 1]
  const move = (by: number): void => setStep(Math.max(0, Math.min(steps.length - 1, at + by)))
  return (
    <div className="timeline" data-compact={compact || undefined}>
      <div className="timeline-bar">
        {others.map((other) => (
          <label key={other.id} className="timeline-axis">
            {other.label}
            <select
              className="control select nodrag"
              value={chosen[other.id] ?? indicesOf(set, other.id)[0]}
              onChange={(event) => setChosen({ ...chosen, [other.id]: Number(event.target.value) })}
            >
              {indicesOf(set, other.id).map((index) => (
                <option key={index} value={index}>
                  {headingOf(other, { ...cell.at, [other.id]: index })}
                </option>
              ))}
            </select>
          </label>
        ))}
        <button
          type="button"
          className="icon-button nodrag"
          aria-label={`${label}: iteration before`}
          disabled={at === 0}
          onClick={() => move(-1)}
        >
          <ChevronLeft />
        </button>
        <input
          type="range"
          className="slider nodrag"
          aria-label={`${label}: iteration`}
          aria-valuetext={`iteration ${at + 1} of ${steps.length}`}
          min={0}
          max={Math.max(1, steps.length - 1)}
          value={at}
          style={
            {
              '--filled': `${steps.length < 2 ? 100 : (at / (steps.length - 1)) * 100}%`,
            } as React.CSSProperties
          }
          onChange={(event) => setStep(Number(event.target.value))}
        />
        <button
          type="button"
          className="icon-button nodrag"
          aria-label={`${label}: next iteration`}
          disabled={at === steps.length - 1}
          onClick={() => move(1)}
        >
          <ChevronRight />
        </button>
        <button
          type="button"
          className="icon-button nodrag"
          aria-label={`${label}: the iteration at large`}
          title="Read it in the whole window"
          onClick={() =>
            editor.workbench.setState({
              dialog: { kind: 'read', title: `${label}: iteration ${at + 1}`, text: textOf(cell) },
            })
          }
        >
          <Maximize2 />
        </button>
        <output className="timeline-count">
          {at + 1} of {steps.length}
        </output>
      </div>
      <div
        className="timeline-text"
        tabIndex={0}
        role="region"
        aria-label={`${label}: iteration ${at + 1}`}
        onPointerEnter={captureScroll}
      >
        {before && cell.value !== undefined ? (
          <Difference before={textOf(before)} after={textOf(cell)} unless={0.6} />
        ) : (
          <CellText cell={cell} text={textOf(cell)} />
        )}
      </div>
    </div>
  )
}
