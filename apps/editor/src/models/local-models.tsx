import { useReactFlow } from '@xyflow/react'
import { ArrowDown, ArrowUp, Plus, Search, Trash2, TriangleAlert } from 'lucide-react'
import { useEffect, useState, type KeyboardEvent } from 'react'
import type { BrokenModel, ModelFile } from '@woolgather/protocol'
import { deleteModel, forgetModel, putModel } from '../session/files/add-model.ts'
import { formatBytes, formatParameters } from '../run/show-run.ts'
import { useEditor, useServer } from '../store/editor-context.ts'
import { Prose } from '../ui/prose.tsx'
import { orderBy, sortModels, startOrder, type Column } from './sort-models.ts'
import { tellWorkers } from '../workers/worker-words.ts'
import { describePlace } from '../ui/describe-place.ts'

const columns: readonly [Column, string, string?][] = [
  ['file', 'Name'],
  ['architecture', 'Architecture'],
  ['bytes', 'Size'],
  ['quantization', 'Type', 'How its weights are stored'],
  ['context', 'Context', 'Tokens it was made for'],
  ['license', 'Licence'],
  ['memoryBytes', 'Memory', 'What it takes with 4,096 tokens of context, or as many as it has'],
]

const kinds: readonly [ModelFile['kind'] | 'all', string][] = [
  ['all', 'All kinds'],
  ['model', 'Models'],
  ['lora', 'LoRAs'],
  ['vector', 'Control vectors'],
]

/** What was found, to be sorted, used and, where Woolgather downloaded it, deleted. */
export function LocalModels({ onSearch }: { onSearch: () => void }) {
  const models = useServer((state) => state.models)
  const [query, setQuery] = useState('')
  const [kind, setKind] = useState<ModelFile['kind'] | 'all'>('all')
  const [order, setOrder] = useState(startOrder)
  const [current, setCurrent] = useState(0)
  const shown = sortModels(models, order, { query, kind })
  if (models.length === 0) return <NoModels onSearch={onSearch} />
  const stop = Math.min(current, shown.length - 1)
  /** One row is in the way of Tab; arrows go to the others. */
  const move = (event: KeyboardEvent<HTMLTableSectionElement>): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = Math.max(0, Math.min(shown.length - 1, stop + step))
    setCurrent(next)
    event.currentTarget.rows[next]?.querySelector('button')?.focus()
  }
  return (
    <>
      <div className="models-bar">
        <label className="models-search">
          <Search aria-hidden />
          <input
            type="search"
            placeholder="Name, architecture, type…"
            aria-label="Find a model"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </label>
        <select
          className="control"
          aria-label="Kind"
          value={kind}
          onChange={(event) => setKind(event.target.value as ModelFile['kind'] | 'all')}
        >
          {kinds.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <span className="models-facts" role="status">
          {shown.length === models.length ? `${models.length} here` : `${shown.length} of ${models.length}`}
        </span>
      </div>
      <div className="models-table">
        <table>
          <thead>
            <tr>
              {columns.map(([column, label, help]) => {
                const sorted = order.by === column
                return (
                  <th
                    key={column}
                    scope="col"
                    aria-sort={sorted ? (order.descending ? 'descending' : 'ascending') : 'none'}
                  >
                    <button type="button" title={help} onClick={() => setOrder(orderBy(order, column))}>
                      {label} {sorted && (order.descending ? <ArrowDown aria-hidden /> : <ArrowUp aria-hidden />)}
                    </button>
                  </th>
                )
              })}
              <th scope="col">
                <span className="visually-hidden">What to do</span>
              </th>
            </tr>
          </thead>
          <tbody onKeyDown={move}>
            {shown.map((model, at) => (
              <Row key={model.file} model={model} isStop={at === stop} onReach={() => setCurrent(at)} />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p className="models-none">No model has all these words.</p>}
      </div>
      <Broken />
    </>
  )
}

function Row({ model, isStop, onReach }: { model: ModelFile; isStop: boolean; onReach: () => void }) {
  const editor = useEditor()
  const flow = useReactFlow()
  const { file, architecture, bytes, quantization, context, license, memoryBytes, fits, parameters } = model
  const use = (): void => {
    editor.workbench.setState({ dialog: undefined })
    putModel(editor, model, flow)
  }
  return (
    <tr onFocus={onReach}>
      <th scope="row">
        <span className="models-name">{file}</span>
        {model.description !== undefined && <span className="models-facts">{model.description}</span>}
        <span className="models-facts">{factsOf(model)}</span>
      </th>
      <td>
        {architecture}
        {model.kind === 'model' && parameters > 0 && (
          <span className="models-facts">{formatParameters(parameters)}</span>
        )}
      </td>
      <td className="models-number">{formatBytes(bytes)}</td>
      <td className="models-number">{quantization}</td>
      <td className="models-number">{context?.toLocaleString('en')}</td>
      <td>{license}</td>
      <td className="models-number">
        {memoryBytes !== undefined && formatBytes(memoryBytes)}
        {fits === false && (
          <span className="models-unfit" title="More than this machine has for models">
            <TriangleAlert aria-hidden /> too much
          </span>
        )}
      </td>
      <td className="models-actions">
        <button
          type="button"
          className="button"
          aria-label={`Use ${file}`}
          title="Put a node on the graph that loads it"
          tabIndex={isStop ? 0 : -1}
          onClick={use}
        >
          <Plus /> Use
        </button>
        <Remove model={model} isStop={isStop} />
      </td>
    </tr>
  )
}

/** Whose it is, what it goes with, and how it is chatted with. */
function factsOf({ kind, source, base, goesWith, likeTemplate, chatTemplate, downloadedFrom, workers }: ModelFile): string {
  const [first, ...others] = goesWith ?? []
  const facts = [
    kind === 'lora' ? 'LoRA' : kind === 'vector' ? 'Control vector' : undefined,
    first !== undefined && `fits ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`,
    goesWith?.length === 0 && 'fits no model here',
    base !== undefined && `made for ${base}`,
    chatTemplate === true && 'has a chat template',
    likeTemplate !== undefined && `chat template like “${likeTemplate}”`,
    tellWorkers(workers),
    downloadedFrom === undefined ? describePlace(source) : `downloaded from ${downloadedFrom}`,
  ]
  return facts.filter((fact) => typeof fact === 'string' && fact !== '').join(' · ')
}

/** Deletes a download after a second press, or forgets a file that stays where it lies. */
function Remove({ model: { file, source, downloadedFrom, workers }, isStop }: { model: ModelFile; isStop: boolean }) {
  const editor = useEditor()
  const [armed, setArmed] = useState(false)
  const tabIndex = isStop ? 0 : -1
  if (source === 'chosen') {
    return (
      <button
        type="button"
        className="button quiet"
        aria-label={`Use ${file} no more`}
        title="It stays where it lies"
        tabIndex={tabIndex}
        onClick={() => void forgetModel(editor, file)}
      >
        Forget
      </button>
    )
  }
  // What workers have lies on their machines.
  if (downloadedFrom === undefined || (workers?.length ?? 0) > 0) return null
  return (
    <button
      type="button"
      className={armed ? 'button quiet' : 'button quiet icon'}
      aria-label={armed ? `Press again to delete ${file} for good` : `Delete ${file}`}
      title="Delete the downloaded file"
      aria-pressed={armed}
      tabIndex={tabIndex}
      onClick={() => (armed ? void deleteModel(editor, file) : setArmed(true))}
      onBlur={() => setArmed(false)}
    >
      <Trash2 /> {armed && 'Press again'}
    </button>
  )
}

function NoModels({ onSearch }: { onSearch: () => void }) {
  return (
    <div className="models-empty">
      <p>
        <Prose text="No models are here yet. Drop a GGUF file on this window, put one into the models folder, or download one. What Ollama, LM Studio, llama.cpp and Hugging Face’s tools keep on this machine is found by itself." />
      </p>
      <button type="button" className="button primary" onClick={onSearch}>
        <Search /> Search Hugging Face
      </button>
      <Broken />
    </div>
  )
}

/** What is there and cannot be used, with what to do. */
function Broken() {
  const editor = useEditor()
  const models = useServer((state) => state.models)
  const [broken, setBroken] = useState<readonly BrokenModel[]>([])
  useEffect(() => {
    editor.client.ask('brokenModels').then(setBroken, () => setBroken([]))
  }, [editor, models])
  if (broken.length === 0) return null
  return (
    <details className="models-broken">
      <summary>{broken.length === 1 ? '1 file cannot be used' : `${broken.length} files cannot be used`}</summary>
      <ul>
        {broken.map(({ file, message, hint }) => (
          <li key={file}>
            <code>{file}</code>
            <span>
              <Prose text={[message, hint].filter(Boolean).join(' ')} />
            </span>
          </li>
        ))}
      </ul>
    </details>
  )
}
