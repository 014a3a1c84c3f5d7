import { Maximize2, Minimize2, X } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo, useState, type ReactNode } from 'react'
import type { ChartData, Coordinate } from '@woolgather/workflow'
import { ChartView } from '../../charts/chart-view.tsx'
import { formatNumber } from '../../run/show-run.ts'
import { copyText } from '../../session/editing/copy-text.ts'
import { describeError } from '../../store/describe-error.ts'
import { useEditor, useFront, useServer, useWorkflow } from '../../store/editor-context.ts'
import type { ResultsRequest } from '../../store/view-store.ts'
import { titleOf } from '../../ui/describe-node.ts'
import { CellDetails } from './cell-details.tsx'
import { withName } from '../exports/exported-grid.ts'
import { saveChart, type ChartFormat } from '../exports/save-chart.ts'
import { longValues, saveGrid, type GridFormat } from '../exports/save-grid.ts'
import { asMarkdown } from '../exports/write-results.ts'
import type { NodeResults } from '../find-results.ts'
import { chooseRows, type Order } from '../order-rows.ts'
import { defaultArrangement, indicesOf, pivot, type Arrangement } from '../pivot.ts'
import { headingOf, type ResultSet } from '../result-set.ts'
import { ReproducibleOffer } from './reproducible-offer.tsx'
import { ResultsGrid } from './results-grid.tsx'
import { ExportMenu, ResultsToolbar, type Look } from './results-toolbar.tsx'
import { scaleOf, scoresOf } from '../scores.ts'
import { Timeline } from '../timeline.tsx'
import { useCellText } from '../use-cell-text.ts'
import { useNodeResults } from '../use-node-results.ts'
import { showKeys } from '../../store/show-keys.ts'
import './results-panel.css'

/** The results of one node, below the graph or over it. */
export function ResultsPanel({ request }: { request: ResultsRequest }) {
  const editor = useEditor()
  const { node: id, full } = request
  const node = useWorkflow((workflow) => workflow.nodes[id])
  const description = useServer((state) => state.byType.get(node?.type ?? ''))
  const title = titleOf(node, description)
  const [output, setOutput] = useState<string>()
  const results = useDeferredValue(useNodeResults(id, output))
  const close = (): void => {
    editor.front.view.setState({ results: undefined })
    document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus()
  }
  return (
    <section
      className="results-panel"
      aria-label={`Results of ${title}`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        close()
      }}
    >
      <header className="results-header">
        <h2>{title}</h2>
        {results?.kind === 'grid' && <CellCounts results={results} />}
        <span className="spacer" />
        <button
          type="button"
          className="icon-button"
          aria-label={full ? 'Results below the graph' : 'Results over the whole window'}
          aria-pressed={full}
          onClick={() => editor.front.view.setState({ results: { ...request, full: !full } })}
        >
          {full ? <Minimize2 /> : <Maximize2 />}
        </button>
        <button type="button" className="icon-button" aria-label="Close the results" onClick={close}>
          <X />
        </button>
      </header>
      {results?.kind === 'grid' && (
        <GridView node={id} title={title} results={results} onOutput={setOutput} />
      )}
      {results?.kind === 'chart' && <ChartResult node={id} title={title} chart={results.chart} />}
      {(results === undefined || results.kind === 'wait') && (
        <p className="results-note">
          {results ? 'Fetching…' : 'Nothing to compare here yet: run the workflow.'}
        </p>
      )}
    </section>
  )
}

function ChartResult({ node, title, chart }: { node: string; title: string; chart: ChartData }) {
  const editor = useEditor()
  const tab = useFront()
  const exportAs = (format: ChartFormat) => () => {
    saveChart(editor, tab, node, title, chart, format).catch((error: unknown) =>
      editor.workbench.getState().notify('error', ...describeError(error)),
    )
  }
  return (
    <>
      <div className="results-toolbar" role="toolbar" aria-label="What is done with the chart">
        <ExportMenu
          exports={[
            { id: 'png', label: 'Picture (PNG)', onSelect: exportAs('png') },
            { id: 'svg', label: 'Picture (SVG)', onSelect: exportAs('svg') },
            { id: 'csv', label: 'CSV', onSelect: exportAs('csv') },
          ]}
        />
      </div>
      <div className="results-chart">
        <ChartView chart={chart} label={title} />
      </div>
    </>
  )
}

type Grid = NodeResults & { kind: 'grid' }

function CellCounts({ results: { set } }: { results: Grid }): ReactNode {
  const counts = new Map<string, number>()
  for (const { status } of set.cells) counts.set(status, (counts.get(status) ?? 0) + 1)
  const rest = [...counts].filter(([status]) => status !== 'finished')
  return (
    <span className="results-counts">
      {formatNumber(set.cells.length)} cells
      {rest.map(([status, count]) => ` · ${formatNumber(count)} ${status}`)}
    </span>
  )
}

function GridView({
  node,
  title,
  results,
  onOutput,
}: {
  node: string
  title: string
  results: Grid
  onOutput: (name: string) => void
}) {
  const editor = useEditor()
  const tab = useFront()
  const { set, output, outputs, maker } = results
  const iterationsOnly = set.axes.length === 1 && set.axes[0]?.iteration === true
  const [look, setLook] = useState<Omit<Look, 'output'>>(() => ({
    view: iterationsOnly ? 'timeline' : 'grid',
    arrangement: {},
    page: {},
    filter: { text: '', status: 'all' },
    score: '',
    density: 'medium',
  }))
  const [order, setOrder] = useState<Order>()
  const [picked, setPicked] = useState<readonly string[]>([])
  const textOf = useCellText()
  const axes = set.axes.map(({ id }) => id).join('\n')
  const arrangement = useMemo(
    () => ({ ...defaultArrangement(set), ...look.arrangement }),
    // The default depends on which axes there are, not on their cells.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [axes, look.arrangement],
  )
  const page = useMemo(
    () => ({
      ...Object.fromEntries(set.axes.map(({ id }) => [id, indicesOf(set, id)[0] ?? 0])),
      ...look.page,
    }),
    [set, look.page],
  )
  const shown = useMemo(() => pivot(set, arrangement, page), [set, arrangement, page])
  const filter = useDeferredValue(look.filter)
  const rows = useMemo(() => chooseRows(shown, filter, order, textOf), [shown, filter, order, textOf])
  const scores = useMemo(() => scoresOf(set), [set])
  const score = scores.find(({ id }) => id === look.score)
  const scale = useMemo(
    () => scaleOf(score ? set.cells.map((cell) => score.of(cell, textOf(cell))) : []),
    [set, score, textOf],
  )
  const cells = useMemo(
    () => picked.flatMap((key) => set.cells.find((cell) => cell.key === key) ?? []),
    [set, picked],
  )
  useEffect(() => {
    // Filters, colours and exports look at whole texts: what is long is fetched for them.
    if (filter.text === '' && !order && !score) return
    void editor.artifacts.getState().request(longValues(set))
  }, [editor, set, filter, order, score])

  const exportAs = (format: GridFormat) => () =>
    saveGrid(
      editor,
      tab,
      { node, title, maker, set, pivot: shown, rows, page: chosenPages(set, arrangement, page) },
      format,
    )
  const copyMarkdown = async (): Promise<void> => {
    await copyText(editor, asMarkdown(shown, rows, textOf), 'Copied as Markdown')
  }
  const run = (work: () => Promise<void>) => (): void => {
    work().catch((error: unknown) => editor.workbench.getState().notify('error', ...describeError(error)))
  }
  return (
    <>
      <ResultsToolbar
        set={set}
        output={output}
        outputs={outputs}
        look={{ ...look, output, arrangement, page }}
        onLook={({ output: wanted, ...change }) => {
          if (wanted !== undefined) onOutput(wanted)
          setLook({ ...look, ...change })
        }}
        scores={scores}
        exports={[
          { id: 'copy', label: 'Copy as Markdown', onSelect: run(copyMarkdown) },
          { id: 'png', label: 'Picture (PNG)', onSelect: run(exportAs('png')) },
          { id: 'svg', label: 'Picture (SVG)', onSelect: run(exportAs('svg')) },
          { id: 'html', label: 'Web page (HTML)', onSelect: run(exportAs('html')) },
          { id: 'csv', label: 'CSV', onSelect: run(exportAs('csv')) },
          { id: 'jsonl', label: 'JSON lines', onSelect: run(exportAs('jsonl')) },
          { id: 'md', label: 'Markdown', onSelect: run(exportAs('md')) },
        ]}
      />
      <div className="results-main">
        {look.view === 'timeline' ? (
          <Timeline set={set} label={title} />
        ) : (
          <ResultsGrid
            label={`Results of ${title}`}
            pivot={shown}
            rows={rows}
            filter={filter}
            order={order}
            onOrder={setOrder}
            density={look.density}
            score={score}
            scale={scale}
            textOf={textOf}
            picked={picked}
            onPick={(key, add) => setPicked((before) => pick(before, key, add))}
          />
        )}
        {look.view === 'grid' && cells.length > 0 && (
          <CellDetails set={set} cells={cells} maker={maker} onClose={() => setPicked([])} />
        )}
      </div>
      {look.view === 'grid' && cells.length === 2 && <ReproducibleOffer node={node} />}
      {look.view === 'grid' && cells.length === 1 && (
        <p className="results-hint">
          {showKeys('Mod+click')} another cell, or Space on it, to see the difference.
        </p>
      )}
    </>
  )
}

/** One cell, or two to be compared; picked again it is let go. */
function pick(before: readonly string[], key: string, add: boolean): readonly string[] {
  if (before.includes(key)) return before.filter((other) => other !== key)
  return add ? [...before.slice(-1), key] : [key]
}

/** The values of the axes of which one is shown at a time. */
function chosenPages(set: ResultSet, arrangement: Arrangement, page: Coordinate): string[] {
  return set.axes
    .filter(({ id }) => arrangement[id] === 'page')
    .map((axis) => withName(axis, headingOf(axis, page)))
}
