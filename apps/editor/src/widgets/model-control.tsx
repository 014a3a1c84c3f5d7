import { ChevronsUpDown } from 'lucide-react'
import { useCallback, useId, useRef, useState, type KeyboardEvent } from 'react'
import type { ModelFile } from '@woolgather/protocol'
import { fuzzyScore } from '../document/search-nodes.ts'
import { formatBytes, formatParameters } from '../run/show-run.ts'
import { loadModels } from '../session/load-library.ts'
import { useEditor, useServer } from '../store/editor-context.ts'
import { Popover } from '../ui/popover.tsx'
import type { ControlProps } from './control-props.ts'

const called: Record<ModelFile['kind'], string> = { model: 'model', lora: 'LoRA', vector: 'control vector' }

/** A model file, or one of another kind: chosen from those the server has, or typed (a path, or an address). */
export function ModelControl(props: ControlProps & { of: ModelFile['kind'] }) {
  const editor = useEditor()
  const files = useServer((state) => state.models)
  const models = files.filter(({ kind }) => kind === props.of)
  const [open, setOpen] = useState(false)
  const [query, setQuery] = useState<string>()
  const [active, setActive] = useState(0)
  const field = useRef<HTMLInputElement>(null)
  const box = useRef<HTMLDivElement>(null)
  const listId = useId()
  const value = typeof props.value === 'string' ? props.value : ''
  const found = findModels(models, query ?? '')
  const close = useCallback(() => {
    setOpen(false)
    setQuery(undefined)
  }, [setOpen, setQuery])
  const show = (): void => {
    loadModels(editor).catch(() => undefined)
    setActive(
      Math.max(
        0,
        found.findIndex(({ file }) => file === value),
      ),
    )
    setOpen(true)
  }
  const choose = (file: string): void => {
    props.onChange(file)
    props.onDone()
    close()
  }
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!open) return show()
      const step = event.key === 'ArrowDown' ? 1 : -1
      setActive((active + step + found.length) % Math.max(1, found.length))
    } else if (event.key === 'Enter' && open) {
      event.preventDefault()
      const chosen = found[active]
      if (chosen) choose(chosen.file)
      else close()
    }
  }
  return (
    <div className="model-control" ref={box}>
      <input
        ref={field}
        id={props.id}
        type="text"
        role="combobox"
        className="control nodrag"
        aria-label={props.label}
        aria-expanded={open}
        aria-controls={listId}
        aria-activedescendant={open && found[active] ? `${listId}-${active}` : undefined}
        aria-invalid={props.invalid || undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={`Choose a ${called[props.of]}`}
        value={value}
        onClick={show}
        onKeyDown={key}
        onChange={(event) => {
          setQuery(event.target.value)
          setActive(0)
          setOpen(true)
          props.onChange(event.target.value === '' ? undefined : event.target.value)
        }}
        onBlur={props.onDone}
      />
      <ChevronsUpDown className="model-chevron" aria-hidden />
      <ModelFacts file={value} models={models} />
      {open && (
        <Popover
          anchor={field}
          onClose={close}
          role="presentation"
          label="Models"
          className="model-list nodrag nowheel"
        >
          <ul id={listId} role="listbox" aria-label="Models">
            {found.map((model, at) => (
              <li
                key={model.file}
                id={`${listId}-${at}`}
                role="option"
                aria-selected={at === active}
                className="model-option"
                onPointerEnter={() => setActive(at)}
                onClick={() => choose(model.file)}
              >
                <span className="model-name">{model.file}</span>
                <span className="model-facts">{factsOf(model)}</span>
              </li>
            ))}
          </ul>
          {found.length === 0 && (
            <p className="model-none">
              {models.length === 0
                ? `There is no ${called[props.of]} yet. Put a GGUF file into the models folder, or type hf:owner/repo/file.gguf.`
                : 'No file has this name. An address such as hf:owner/repo/file.gguf is downloaded when it runs.'}
            </p>
          )}
        </Popover>
      )}
    </div>
  )
}

/** What is known of the chosen file, in one line. */
function ModelFacts({ file, models }: { file: string; models: readonly ModelFile[] }) {
  if (file === '') return null
  const model = models.find((known) => known.file === file)
  if (model) return <p className="model-facts">{factsOf(model)}</p>
  if (/^(hf:|https:\/\/)/.test(file))
    return <p className="model-facts">Downloaded when it runs, if not here yet</p>
  return <p className="model-facts missing">Not in the models folders</p>
}

function factsOf({ architecture, parameters, quantization, bytes }: ModelFile): string {
  const size = parameters > 0 ? formatParameters(parameters) : ''
  return [architecture, size, quantization, formatBytes(bytes)].filter((part) => part !== '').join(' · ')
}

function findModels(models: readonly ModelFile[], query: string): ModelFile[] {
  if (query === '') return [...models]
  return models
    .map((model) => ({ model, score: fuzzyScore(query, `${model.file} ${model.name}`) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ model }) => model)
}
