import { Download, Search } from 'lucide-react'
import type { CellStatus } from '../../run/run-state.ts'
import { readableName } from '../../ui/describe-node.ts'
import { Menu } from '../../ui/menu.tsx'
import { statusWords } from '../cell-box.tsx'
import type { Filter } from '../order-rows.ts'
import { indicesOf, type Arrangement, type Place } from '../pivot.ts'
import type { Density } from './results-grid.tsx'
import { headingOf, type ResultSet } from '../result-set.ts'
import type { Score } from '../scores.ts'
import './results-toolbar.css'

/** How a result is looked at: everything the bar above the grid sets. */
export interface Look {
  view: 'grid' | 'timeline'
  output: string | undefined
  arrangement: Arrangement
  page: Readonly<Record<string, number>>
  filter: Filter
  score: string
  density: Density
}

export interface ResultsToolbarProps {
  set: ResultSet
  output: string
  outputs: readonly string[]
  look: Look
  onLook: (change: Partial<Look>) => void
  scores: readonly Score[]
  exports: readonly ExportChoice[]
}

export function ResultsToolbar({ set, output, outputs, look, onLook, scores, exports }: ResultsToolbarProps) {
  const iterates = set.axes.some(({ iteration }) => iteration)
  const states = [...new Set(set.cells.map(({ status }) => status))]
  const inGrid = look.view === 'grid'
  return (
    <div className="results-toolbar" role="toolbar" aria-label="How the results are shown">
      {iterates && (
        <Choice
          label="View"
          value={look.view}
          options={[
            ['grid', 'grid'],
            ['timeline', 'timeline'],
          ]}
          onChoose={(view) => onLook({ view: view as Look['view'] })}
        />
      )}
      {outputs.length > 1 && (
        <Choice
          label="Show"
          value={output}
          options={outputs.map((name) => [name, readableName(name)])}
          onChoose={(name) => onLook({ output: name })}
        />
      )}
      {inGrid && (
        <>
          {set.axes.length > 1 && <AxisChoices set={set} look={look} onLook={onLook} />}
          <Choice
            label="Colour"
            value={look.score}
            options={[['', 'none'], ...scores.map(({ id, title }): [string, string] => [id, title])]}
            onChoose={(score) => onLook({ score })}
          />
          <Choice
            label="Size"
            value={look.density}
            options={[
              ['small', 'small'],
              ['medium', 'medium'],
              ['large', 'large'],
            ]}
            onChoose={(density) => onLook({ density: density as Density })}
          />
          {states.length > 1 && (
            <Choice
              label="State"
              value={look.filter.status}
              options={[
                ['all', 'all'],
                ...states.map((state): [string, string] => [state, statusWords[state]]),
              ]}
              onChoose={(status) =>
                onLook({ filter: { ...look.filter, status: status as CellStatus | 'all' } })
              }
            />
          )}
          <div className="results-filter">
            <Search aria-hidden />
            <input
              type="search"
              aria-label="Filter the results"
              placeholder="Filter"
              value={look.filter.text}
              onChange={(event) => onLook({ filter: { ...look.filter, text: event.target.value } })}
            />
          </div>
        </>
      )}
      <ExportMenu exports={exports} />
    </div>
  )
}

export interface ExportChoice {
  id: string
  label: string
  onSelect: () => void
}

export function ExportMenu({ exports }: { exports: readonly ExportChoice[] }) {
  return (
    <Menu
      label="Export"
      className="quiet"
      trigger={
        <>
          <Download /> Export
        </>
      }
      sections={[{ items: exports }]}
    />
  )
}

/** Whether each axis goes across, down or over pages, and which page is seen. */
function AxisChoices({ set, look, onLook }: Pick<ResultsToolbarProps, 'set' | 'look' | 'onLook'>) {
  return set.axes.map((axis) => {
    const place = look.arrangement[axis.id] ?? 'row'
    const indices = place === 'page' ? indicesOf(set, axis.id) : []
    return (
      <span key={axis.id} className="axis-choice">
        <Choice
          label={axis.label}
          value={place}
          options={[
            ['row', 'down'],
            ['column', 'across'],
            ['page', 'one at a time'],
          ]}
          onChoose={(next) => onLook({ arrangement: { ...look.arrangement, [axis.id]: next as Place } })}
        />
        {place === 'page' && (
          <select
            className="control select"
            aria-label={`${axis.label}, which`}
            value={look.page[axis.id] ?? indices[0]}
            onChange={(event) => onLook({ page: { ...look.page, [axis.id]: Number(event.target.value) } })}
          >
            {indices.map((index) => (
              <option key={index} value={index}>
                {headingOf(axis, { [axis.id]: index })}
              </option>
            ))}
          </select>
        )}
      </span>
    )
  })
}

interface ChoiceProps {
  label: string
  value: string
  options: readonly (readonly [value: string, title: string])[]
  onChoose: (value: string) => void
}

function Choice({ label, value, options, onChoose }: ChoiceProps) {
  return (
    <label className="toolbar-choice">
      <span aria-hidden>{label}</span>
      <select
        aria-label={label}
        className="control select"
        value={value}
        onChange={(event) => onChoose(event.target.value)}
      >
        {options.map(([option, title]) => (
          <option key={option} value={option}>
            {title}
          </option>
        ))}
      </select>
    </label>
  )
}
