import { ChevronsUpDown } from 'lucide-react'
import { useCallback, useId, useRef, useState, type KeyboardEvent } from 'react'
import type { ModelFile } from '@woolgather/protocol'
import { loadModels } from '../session/server/load-library.ts'
import { useEditor, useNode, useServer, useWorkflow } from '../store/editor-context.ts'
import { Popover } from '../ui/popover.tsx'
import type { ControlProps } from './control-props.ts'
import { findModels } from './find-models.ts'
import { ModelFacts, ModelList } from './model-list.tsx'
import { filesNamedIn } from './files-named-in.ts'
import './model-control.css'

const called: Record<ModelFile['kind'], string> = { model: 'model', lora: 'LoRA', vector: 'control vector' }

/** How far each key goes in the list. */
const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 }

/** A model file, or one of another kind: chosen from those the server has, or typed (a path, or an address). */
export function ModelControl(props: ControlProps & { of: ModelFile['kind'] }) {
  const editor = useEditor()
  const files = useServer((state) => state.models)
  // What the workflow names: LoRAs and vectors that fit one of its models are wanted first.
  const named = useWorkflow(({ nodes }) => filesNamedIn(nodes))
  const used = new Set<unknown>(JSON.parse(named) as unknown[])
  const fits = ({ goesWith = [] }: ModelFile): boolean => goesWith.some((file) => used.has(file))
  const models = files
    .filter(({ kind }) => kind === props.of)
    .toSorted((a, b) => Number(fits(b)) - Number(fits(a)))
  const contextSize = useNode(props.nodeId)?.inputs?.['contextSize']
  const [open, setOpen] = useState(false)
  const [query, setQuery] = useState<string>()
  const [active, setActive] = useState(0)
  const field = useRef<HTMLInputElement>(null)
  const before = useRef<string>(undefined)
  const listId = useId()
  const value = typeof props.value === 'string' ? props.value : ''
  const found = findModels(models, query ?? '')
  const close = useCallback(() => {
    setOpen(false)
    setQuery(undefined)
  }, [setOpen, setQuery])
  const show = (at: number): void => {
    before.current = value === '' ? undefined : value
    loadModels(editor).catch(() => undefined)
    setActive(Math.max(0, at))
    setOpen(true)
  }
  const showAll = (): void => show(models.findIndex(({ file }) => file === value))
  const type = (text: string): void => {
    if (!open) show(0)
    setQuery(text)
    setActive(0)
    props.onChange(text === '' ? undefined : text)
  }
  const choose = (file: string): void => {
    props.onChange(file)
    props.onDone()
    close()
  }
  const takeBack = (): void => {
    if (query !== undefined) props.onChange(before.current)
    close()
  }
  const move = (step: number): void => {
    const last = Math.max(0, found.length - 1)
    const wraps = Math.abs(step) === 1
    if (wraps) setActive((active + step + last + 1) % (last + 1))
    else setActive(Math.min(last, Math.max(0, active + step)))
  }
  const key = (event: KeyboardEvent): void => {
    const step = steps[event.key]
    if (step !== undefined) {
      event.preventDefault()
      if (open) move(step)
      else showAll()
    } else if (event.key === 'Enter' && open) {
      event.preventDefault()
      const chosen = found[active]
      if (chosen) choose(chosen.file)
      else close()
    }
  }
  return (
    <div className="model-control">
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
        title={value}
        value={value}
        onClick={({ currentTarget }) => {
          if (open) return
          currentTarget.select()
          showAll()
        }}
        onKeyDown={key}
        onChange={(event) => type(event.target.value)}
        onBlur={props.onDone}
      />
      <ChevronsUpDown className="model-chevron" aria-hidden />
      <ModelFacts
        file={value}
        models={models}
        contextSize={typeof contextSize === 'number' ? contextSize : undefined}
      />
      {open && (
        <Popover
          anchor={field}
          onClose={close}
          onEscape={takeBack}
          role="presentation"
          label="Models"
          className="model-list nodrag nowheel"
        >
          <ModelList
            id={listId}
            found={found}
            query={query ?? ''}
            all={models.length}
            called={called[props.of]}
            active={active}
            onActive={setActive}
            onChoose={choose}
          />
        </Popover>
      )}
    </div>
  )
}
