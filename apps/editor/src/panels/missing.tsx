import { ArrowRight, Check, Download, X } from 'lucide-react'
import { useState } from 'react'
import type { FetchModelRequest, ImportedWorkflow, MissingModel, ModelDownload } from '@woolgather/protocol'
import type { FabricWorker } from '@woolgather/protocol'
import { isGiven } from '../workers/worker-words.ts'
import { isModelAddress } from '@woolgather/workflow'
import { formatBytes } from '../run/show-run.ts'
import { cancelDownload, fetchModel, takeInstead } from '../session/files/fetch-model.ts'
import { useEditor, useServer } from '../store/editor-context.ts'
import { FieldProblem } from '../ui/field-problem.tsx'
import { Prose } from '../ui/prose.tsx'
import { Modal } from '../ui/modal.tsx'
import './missing.css'

/** What a workflow needs and this server has not. The graph is open behind it. */
export function Missing({ missing: { models, nodeTypes } }: { missing: ImportedWorkflow['missing'] }) {
  const editor = useEditor()
  const workers = useServer((state) => state.worker.fabric?.workers)
  return (
    <Modal title="For this workflow, something is missing here" wide>
      {models.length > 0 && (
        <section className="missing" aria-label="Missing models">
          <h3>Models</h3>
          <ul>
            {models.map((model) => (
              <MissingFile key={model.file} model={model} />
            ))}
          </ul>
          <p className="missing-facts">
            {workers === undefined
              ? 'Or put a file into the models folder, under this name, or choose another model at its node.'
              : tellAsked(workers)}
          </p>
        </section>
      )}
      {nodeTypes.length > 0 && (
        <section className="missing" aria-label="Missing node types">
          <h3>Node types</h3>
          <ul>
            {nodeTypes.map(({ type, nodes }) => (
              <li key={type}>
                <code>{type}</code>
                <span className="missing-facts">
                  {nodes.length === 1 ? `used by ${nodes[0]}` : `used by ${nodes.length} nodes`}
                </span>
              </li>
            ))}
          </ul>
          <p className="missing-facts">
            <Prose text="They come with a newer version or with a package of nodes: start the server with `--nodes FOLDER`. What they hold is kept." />
          </p>
        </section>
      )}
      <div className="modal-buttons">
        <button
          type="button"
          className="button primary"
          onClick={() => editor.workbench.setState({ dialog: undefined })}
        >
          Go to the graph
        </button>
      </div>
    </Modal>
  )
}

/** Who was asked, and what to do. */
function tellAsked(workers: readonly FabricWorker[]): string {
  const names = workers.filter(({ state }) => isGiven(state)).map(({ name }) => name)
  const rest = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''
  const asked =
    names.length === 0
      ? 'No worker is there now.'
      : `No worker has it: ${names.slice(0, mostNamed).join(', ')}${rest}.`
  return `${asked} Put the file into the models folder of a worker, under this name, or choose another model at its node.`
}

/** Workers that are named. */
const mostNamed = 5

function MissingFile({ model }: { model: MissingModel }) {
  const editor = useEditor()
  const download = useServer(({ downloads }) => latestOf(downloads, model))
  const [typed, setTyped] = useState('')
  const [taken, setTaken] = useState<string>()
  const source = model.source ?? typed.trim()
  const running = download?.state === 'running'
  // The workflow says itself that another file has the name, or the download found it.
  const conflict = download?.conflict ?? (model.problem === 'different' ? { beside: model.file } : undefined)
  const fetch = (existing?: OnExisting): void => void fetchModel(editor, { ...model, source, existing })
  const isElsewhere = useServer((state) => state.worker.fabric !== undefined)
  const facts = [
    model.problem === 'different' && 'another file has this name here',
    model.problem === 'absent' && isModelAddress(model.file) && 'is downloaded when it runs',
    model.bytes !== undefined && formatBytes(model.bytes),
    model.source !== model.file && model.source,
  ].filter((fact) => fact !== false && fact !== undefined)
  const take = (file: string): void => {
    takeInstead(editor, model.file, file)
    setTaken(file)
  }
  if (taken !== undefined)
    return (
      <li aria-label={model.file}>
        <code>{model.file}</code>
        <span className="missing-done" role="status">
          <Check aria-hidden /> The workflow names {taken} now
        </span>
      </li>
    )
  return (
    <li aria-label={model.file}>
      <code>{model.file}</code>
      <span className="missing-facts">{facts.join(' · ')}</span>
      {model.same?.[0] !== undefined && (
        <button
          type="button"
          className="button primary missing-same"
          title="The same file under another name: the workflow then says that"
          onClick={() => take(model.same![0]!)}
        >
          <ArrowRight /> You have this as {model.same[0]}: use it
        </button>
      )}
      {model.instead !== undefined && download?.state !== 'finished' && (
        <select
          className="control missing-instead"
          aria-label={`Use another in place of ${model.file}`}
          value=""
          onChange={(event) => take(event.target.value)}
        >
          <option value="">Use another {calledAs[model.kind ?? 'model']} that is here…</option>
          {model.instead.map((file) => (
            <option key={file} value={file}>
              {file}
            </option>
          ))}
        </select>
      )}
      {model.host !== undefined && download === undefined && (
        <span className="missing-facts">
          Nothing was downloaded from <code>{model.host}</code> yet: who runs it learns that you ask for it.
        </span>
      )}
      {!isElsewhere && model.source === undefined && download?.state !== 'finished' && (
        <input
          type="text"
          className="control"
          aria-label={`Where to get ${model.file}`}
          placeholder="hf:owner/repo/file.gguf or an https address"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
      <div className="missing-action">
        {running && (
          <>
            <DownloadProgress file={model.file} download={download} />
            <button
              type="button"
              className="button quiet icon"
              aria-label={`Stop downloading ${model.file}`}
              title="Stop. What is here is kept"
              onClick={() => void cancelDownload(editor, download.id)}
            >
              <X />
            </button>
          </>
        )}
        {download?.state === 'finished' && (
          <span className="missing-done" role="status">
            <Check aria-hidden />{' '}
            {download.file === model.file || isModelAddress(model.file)
              ? 'Here'
              : `Here, as ${download.file}`}
          </span>
        )}
        {!isElsewhere && !running && download?.state !== 'finished' && conflict === undefined && (
          <button
            type="button"
            className="button"
            disabled={source === ''}
            aria-label={`Download ${model.file}`}
            onClick={() => fetch()}
          >
            <Download />{' '}
            {download !== undefined ? 'Go on' : model.host === undefined ? 'Download' : 'Allow and download'}
          </button>
        )}
        {!running && download?.state !== 'finished' && conflict !== undefined && (
          <Existing
            model={model}
            split={conflict.beside === undefined}
            isNewHost={model.host !== undefined && download === undefined}
            disabled={source === ''}
            onChoose={fetch}
          />
        )}
      </div>
      {download?.error && <FieldProblem problem={download.error} />}
    </li>
  )
}

const calledAs = { model: 'model', lora: 'LoRA', vector: 'control vector' }

type OnExisting = NonNullable<FetchModelRequest['existing']>

/** Another file has the name: it stays, and the model is saved beside it, unless a second press replaces it. */
function Existing({
  model,
  split,
  isNewHost,
  disabled,
  onChoose,
}: {
  model: MissingModel
  /** Its parts keep their names. */
  split: boolean
  isNewHost: boolean
  disabled: boolean
  onChoose: (existing: OnExisting) => void
}) {
  const [armed, setArmed] = useState(false)
  return (
    <>
      {!split && (
        <button
          type="button"
          className="button"
          disabled={disabled}
          aria-label={`Download ${model.file}, save it beside the other file`}
          title="The other file stays; the workflow then names what was saved"
          onClick={() => onChoose('beside')}
        >
          <Download /> {isNewHost ? 'Allow and save beside' : 'Save beside'}
        </button>
      )}
      <button
        type="button"
        className="button quiet"
        disabled={disabled}
        aria-label={
          armed ? `Press again to replace ${model.file} for good` : `Download and replace ${model.file}`
        }
        aria-pressed={armed}
        onClick={() => (armed ? onChoose('replace') : setArmed(true))}
        onBlur={() => setArmed(false)}
      >
        {armed ? 'Press again: the other file is gone then' : 'Replace…'}
      </button>
    </>
  )
}

function DownloadProgress({ file, download: { done, total } }: { file: string; download: ModelDownload }) {
  return (
    <>
      <progress
        aria-label={`Download of ${file}`}
        max={total ?? 1}
        {...(total !== undefined && { value: done })}
      />
      <span className="missing-facts">
        {formatBytes(done)}
        {total !== undefined && ` of ${formatBytes(total)}`}
      </span>
    </>
  )
}

function latestOf(downloads: readonly ModelDownload[], { file }: MissingModel): ModelDownload | undefined {
  return downloads.findLast(({ asked }) => asked === file)
}
