import { useNodeId } from '@xyflow/react'
import { Maximize2, Percent } from 'lucide-react'
import { memo, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { isArtifactRef, tellLearnt, type NodeDescription, type OutputValue } from '@woolgather/workflow'
import { linkedFrom } from '../document/inputs-of.ts'
import { readLearnt } from '../run/read-learnt.ts'
import { readPromptTokens, readTokens } from '../run/read-tokens.ts'
import { readTurns, type Turn } from '../run/read-turns.ts'
import type { CellRun } from '../run/run-state.ts'
import { chartOf, formatBytes, latestCell, madeReadable, mainOutput, showsResult } from '../run/show-run.ts'
import { defaultWidth } from '../layout/arrange-nodes.ts'
import { useEditor, useNode, useRun, useStructure, useWorkflow } from '../store/editor-context.ts'
import { isStale, nodeRunOf } from '../store/run-store.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { useNodeResults } from '../results/use-node-results.ts'
import { captureScroll } from '../ui/capture-scroll.ts'
import { fetchedLater } from '../ui/fetched-later.tsx'
import { useArtifact } from '../results/use-artifact.ts'
import { useRoomBelow } from './use-room-below.ts'
import './node-result.css'

export interface NodeResultProps {
  id: string
  description: NodeDescription | undefined
  title: string
  /** Whatever it made, also where its outputs say it well enough in the graph. */
  always?: boolean
}

const CompactResults = fetchedLater(
  async () => (await import('../results/compact-results.tsx')).CompactResults,
)
const TokenText = fetchedLater(async () => (await import('../results/token-text.tsx')).TokenText)
const PromptTokens = fetchedLater(async () => (await import('../results/prompt-tokens.tsx')).PromptTokens)
const LearntExamples = fetchedLater(
  async () => (await import('../results/learnt-examples.tsx')).LearntExamples,
)
const CanvasResult = fetchedLater(
  async () => (await import('../results/film/canvas-result.tsx')).CanvasResult,
)
const ChartView = fetchedLater(async () => (await import('../charts/chart-view.tsx')).ChartView)

/** What the node made: text as it streams in, its value once it is done, a grid where it ran over axes, a chart. */
export function NodeResult({ id, description, title, always = false }: NodeResultProps) {
  const editor = useEditor()
  const run = useRun((state) => nodeRunOf(state, id))
  const stale = useRun((state) => isStale(state, id))
  const results = useNodeResults(id)
  const cell = latestCell(run)
  const section = useRef<HTMLElement>(null)
  useRoomBelow(section)
  // A node that only collects shows the cells it waits for before it has one of its own.
  const isLinked = linkedFrom(useStructure()).has(id)
  const ends = useWorkflow(({ nodes }) => !isLinked && madeReadable(description, run, nodes[id]?.inputs))
  const shows = always || ends || showsResult(description, run)
  if (!shows && !(results && description?.sink === true)) return null
  return (
    <section
      ref={section}
      className="node-result nodrag nopan"
      role="region"
      aria-label={`${title}: result`}
      data-output
      data-status={cell?.status}
      data-stale={stale || undefined}
    >
      {results?.kind === 'grid' && <CompactResults id={id} title={title} results={results} />}
      {results?.kind === 'chart' && (
        <div className="node-chart">
          <button
            type="button"
            className="icon-button open-chart"
            aria-label={`${title}: the chart at large`}
            title="The chart at large, and as a file (R)"
            onClick={() => editor.front.view.setState({ results: { node: id, full: false } })}
          >
            <Maximize2 />
          </button>
          <ChartView chart={results.chart} label={title} />
        </div>
      )}
      {results?.kind === 'wait' && <p className="result-note">Fetching…</p>}
      {!results && cell && <CellResult id={id} title={title} cell={cell} />}
      {!results && cell && <Enlarge id={id} title={title} />}
    </section>
  )
}

/** What one cell made; where it noted how likely its tokens were, that can be shown in the text. */
function CellResult({ id, title, cell }: { id: string; title: string; cell: CellRun }) {
  const [likely, setLikely] = useState(false)
  if (cell.canvas !== undefined || cell.outputs?.['confidence'] !== undefined)
    return <CanvasResult node={id} title={title} cell={cell} />
  const chances = cell.outputs?.['logprobs']
  const noted =
    chances !== undefined && (isArtifactRef(chances) || (Array.isArray(chances) && chances.length > 0))
  const chart = chartOf(cell)
  return (
    <>
      {chart && (
        <div className="node-chart">
          <ChartView chart={chart} label={title} />
        </div>
      )}
      {noted && (
        <button
          type="button"
          className="icon-button show-chances"
          aria-label="How likely each token was"
          title="How likely each token was"
          aria-pressed={likely}
          onClick={() => setLikely(!likely)}
        >
          <Percent />
        </button>
      )}
      {(!chart || cell.text !== '') && (
        <ResultValue
          // Beside a chart, what was written on the way: what else came of it is no text.
          value={chart ? cell.text : noted && likely ? chances : mainOutput(cell)}
          streamed={cell.text}
          streaming={cell.status === 'running'}
        />
      )}
    </>
  )
}

interface ResultValueProps {
  value: OutputValue | undefined
  streamed: string
  streaming: boolean
}

function ResultValue({ value, streamed, streaming }: ResultValueProps) {
  const reference = value !== undefined && isArtifactRef(value) ? value : undefined
  const fetched = useArtifact(reference)
  const text = reference ? (fetched.text ?? streamed) : showValue(value ?? '')
  const plain = reference ? !reference.type.startsWith('application/json') : typeof value === 'string'
  const turns = useMemo(() => (plain || streaming ? undefined : readTurns(text)), [plain, streaming, text])
  const tokens = useMemo(() => (plain || streaming ? undefined : readTokens(text)), [plain, streaming, text])
  const read = useMemo(
    () => (plain || streaming ? undefined : readPromptTokens(text)),
    [plain, streaming, text],
  )
  const learnt = useMemo(() => (plain || streaming ? undefined : readLearnt(text)), [plain, streaming, text])
  const loading = reference && fetched.text === undefined && fetched.error === undefined
  return (
    <>
      {turns ? (
        <Turns turns={turns} />
      ) : tokens ? (
        <TokenText tokens={tokens} />
      ) : read ? (
        <PromptTokens tokens={read} />
      ) : learnt ? (
        <div className="result-text" tabIndex={0} onPointerEnter={captureScroll}>
          <LearntExamples learnt={learnt} most={shownExamples} />
        </div>
      ) : (
        <ScrollingText text={text} streaming={streaming} plain={plain} />
      )}
      {loading && streamed === '' && <p className="result-note">Fetching {formatBytes(reference.bytes)}…</p>}
      {fetched.error !== undefined && <p className="result-note error">{fetched.error}</p>}
      {!streaming && text !== '' && (
        <CopyButton text={learnt ? tellLearnt(learnt) : text} iconOnly="Copy the result" />
      )}
    </>
  )
}

/** Examples of a dataset that are drawn in its node; all are read at large. */
const shownExamples = 12

/** A conversation, each message under the name of who said it. */
function Turns({ turns }: { turns: readonly Turn[] }) {
  return (
    <div className="result-text result-turns" tabIndex={0} onPointerEnter={captureScroll}>
      {turns.map(({ role, content }, at) => (
        <p key={at}>
          <strong>{role}</strong>
          {`\n${content}`}
        </p>
      ))}
    </div>
  )
}

/** Letters from the end of a text that fill its box, for each unit of the node's width; and in the form. */
const lettersPerUnit = 3
const lettersInForm = 4000

/**
 * Text in a box of limited height that stays at its end while text comes. Until someone points at it to read, only the
 * end is drawn, and nothing scrolls: sixteen boxes that scroll as they grow would make typing elsewhere stutter.
 */
const ScrollingText = memo(function ScrollingText({
  text,
  streaming,
  plain,
}: {
  text: string
  streaming: boolean
  plain: boolean
}) {
  const box = useRef<HTMLPreElement>(null)
  const follow = useRef(true)
  const [reading, setReading] = useState(false)
  const inGraph = useNodeId()
  const width = useNode(inGraph ?? '')?.view?.width ?? defaultWidth
  const letters = inGraph === null ? lettersInForm : width * lettersPerUnit
  const tail = streaming && !reading
  useLayoutEffect(() => {
    if (streaming && reading && follow.current && box.current)
      box.current.scrollTop = box.current.scrollHeight
  }, [text, streaming, reading])
  return (
    <pre
      ref={box}
      className={plain ? 'result-text' : 'result-text data'}
      data-tail={tail || undefined}
      tabIndex={0}
      onFocus={() => setReading(true)}
      onBlur={() => setReading(false)}
      onPointerEnter={(event) => {
        captureScroll(event)
        setReading(true)
      }}
      onPointerLeave={() => setReading(!follow.current)}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        follow.current = scrollTop + clientHeight > scrollHeight - 24
      }}
    >
      {text === '' && !streaming && <span className="result-note">(empty)</span>}
      <span className="result-words">
        {tail ? text.slice(-letters) : text}
        {streaming && <span className="caret" aria-hidden />}
      </span>
    </pre>
  )
})

function Enlarge({ id, title }: { id: string; title: string }) {
  const editor = useEditor()
  return (
    <button
      type="button"
      className="icon-button enlarge"
      aria-label={`${title}: the result at large`}
      title="Read it in the whole window (R)"
      onClick={() => editor.workbench.setState({ dialog: { kind: 'read', title, cell: { node: id } } })}
    >
      <Maximize2 />
    </button>
  )
}

function showValue(value: OutputValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
