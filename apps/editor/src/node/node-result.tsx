import { Check, Copy } from 'lucide-react'
import { lazy, Suspense, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { isArtifactRef, type NodeDescription, type OutputValue } from '@woolgather/workflow'
import { readTurns, type Turn } from '../run/read-turns.ts'
import { formatBytes, latestCell, mainOutput, showsResult } from '../run/show-run.ts'
import { useRun } from '../store/editor-context.ts'
import { isStale, nodeRunOf } from '../store/run-store.ts'
import { useNodeResults } from '../results/use-node-results.ts'
import { captureScroll } from '../ui/capture-scroll.ts'
import { useArtifact } from './use-artifact.ts'

export interface NodeResultProps {
  id: string
  description: NodeDescription | undefined
  title: string
}

const CompactResults = lazy(async () => ({
  default: (await import('../results/compact-results.tsx')).CompactResults,
}))
const ChartView = lazy(async () => ({ default: (await import('../charts/chart-view.tsx')).ChartView }))

/** What the node made: text as it streams in, its value once it is done, a grid where it ran over axes, a chart. */
export function NodeResult({ id, description, title }: NodeResultProps) {
  const run = useRun((state) => nodeRunOf(state, id))
  const stale = useRun((state) => isStale(state, id))
  const results = useNodeResults(id)
  const cell = latestCell(run)
  // A node that only collects shows the cells it waits for before it has one of its own.
  if (!showsResult(description, run) && !(results && description?.sink === true)) return null
  return (
    <section
      className="node-result nodrag nopan"
      role="region"
      aria-label={`${title}: result`}
      data-output
      data-status={cell?.status}
      data-stale={stale || undefined}
    >
      <Suspense fallback={null}>
        {results?.kind === 'grid' && <CompactResults id={id} title={title} results={results} />}
        {results?.kind === 'chart' && (
          <div className="node-chart">
            <ChartView chart={results.chart} label={title} />
          </div>
        )}
        {results?.kind === 'wait' && <p className="result-note">Fetching…</p>}
        {!results && cell && (
          <ResultValue value={mainOutput(cell)} streamed={cell.text} streaming={cell.status === 'running'} />
        )}
      </Suspense>
    </section>
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
  const loading = reference && fetched.text === undefined && fetched.error === undefined
  return (
    <>
      {turns ? <Turns turns={turns} /> : <ScrollingText text={text} streaming={streaming} plain={plain} />}
      {loading && streamed === '' && <p className="result-note">Fetching {formatBytes(reference.bytes)}…</p>}
      {fetched.error !== undefined && <p className="result-note error">{fetched.error}</p>}
      {!streaming && text !== '' && <CopyButton text={text} />}
    </>
  )
}

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

/** Text in a box of limited height that stays at its end while text comes, unless someone scrolled up to read. */
function ScrollingText({ text, streaming, plain }: { text: string; streaming: boolean; plain: boolean }) {
  const box = useRef<HTMLPreElement>(null)
  const follow = useRef(true)
  useLayoutEffect(() => {
    if (streaming && follow.current && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [text, streaming])
  return (
    <pre
      ref={box}
      className={plain ? 'result-text' : 'result-text data'}
      tabIndex={0}
      onPointerEnter={captureScroll}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        follow.current = scrollTop + clientHeight > scrollHeight - 24
      }}
    >
      {text === '' && !streaming ? <span className="result-note">(empty)</span> : text}
      {streaming && <span className="caret" aria-hidden />}
    </pre>
  )
}

function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1200)
  }
  return (
    <button
      type="button"
      className="icon-button copy"
      aria-label="Copy the result"
      title="Copy"
      onClick={() => void copy()}
    >
      {copied ? <Check /> : <Copy />}
    </button>
  )
}

function showValue(value: OutputValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
