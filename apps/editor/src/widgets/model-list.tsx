import { useLayoutEffect, useRef } from 'react'
import type { ModelFile } from '@woolgather/protocol'
import { findByName, findModels, isPath, isWholeAddress, memoryOf } from './find-models.ts'
import { ModelOffers } from './model-offers.tsx'
import { isGiven, tellWorkers } from '../workers/worker-words.ts'
import { useServer } from '../store/editor-context.ts'
import { describePlace } from '../ui/describe-place.ts'
import { formatBytes, formatParameters } from '../run/show-run.ts'

export interface ModelListProps {
  id: string
  found: readonly ModelFile[]
  /** What was typed. */
  query: string
  /** How many there are, found or not. */
  all: number
  /** What such a file is called. */
  called: string
  active: number
  onActive: (at: number) => void
  onChoose: (file: string) => void
}

/** The models that fit what is typed, one of them under the keyboard's finger. */
export function ModelList({ id, found, query, all, called, active, onActive, onChoose }: ModelListProps) {
  const list = useRef<HTMLUListElement>(null)
  useLayoutEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' })
  }, [active])
  return (
    <>
      <ul ref={list} id={id} role="listbox" aria-label="Models">
        {found.map((model, at) => (
          <li
            key={model.file}
            id={`${id}-${at}`}
            role="option"
            aria-selected={at === active}
            className="model-option"
            onPointerMove={() => onActive(at)}
            onClick={() => onChoose(model.file)}
          >
            <span className="model-name">{model.file}</span>
            <span className="model-facts">{factsOf(model)}</span>
            {model.description !== undefined && <span className="model-facts">{model.description}</span>}
            {model.goesWith !== undefined && <span className="model-facts">{tellMatches(model)}</span>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="model-none">{tellNone(query, all, called)}</p>}
      {(found.length === 0 || query === '') && <ModelOffers query={query} onChoose={onChoose} />}
      {found.length > 0 && (
        <p className="model-count">
          {found.length === all ? `${all} here. Type to search` : `${found.length} of ${all}`}
        </p>
      )}
    </>
  )
}

/** Why the list is empty, and what to do about it. */
function tellNone(query: string, all: number, called: string): string {
  if (isPath(query))
    return 'This is a path of a disk, and none of the models found. It can be used all the same:'
  if (isWholeAddress(query)) return 'Is downloaded when it runs, if it is not here yet.'
  if (query.startsWith('hf:'))
    return 'Go on: hf:owner/repo/file.gguf, or hf:owner/repo:Q4_K_M for a quantisation.'
  if (query.startsWith('ollama:'))
    return `Ollama has no such model here. “ollama pull ${query.slice('ollama:'.length)}” in a terminal fetches it.`
  if (all === 0) return `There is no ${called} yet. Add a GGUF file, or type hf:owner/repo/file.gguf.`
  return 'No file has this name.'
}

export interface ModelFactsProps {
  file: string
  models: readonly ModelFile[]
  /** Tokens of context, where they are chosen. */
  contextSize: number | undefined
}

/** What is known of the chosen file in one line, and what memory it takes in another. */
export function ModelFacts({ file, models, contextSize }: ModelFactsProps) {
  if (file === '') return null
  const model = findByName(models, file)
  if (model)
    return (
      <>
        <p className="model-facts" title={model.description}>
          {factsOf(model)}
        </p>
        {model.description !== undefined && <p className="model-facts in-a-line">{model.description}</p>}
        {model.goesWith !== undefined && <p className="model-facts">{tellMatches(model)}</p>}
        {model.likeTemplate !== undefined && (
          <p className="model-facts">No chat template in the file: choose “{model.likeTemplate}”</p>
        )}
        {memoryOf(model, contextSize) !== '' && (
          <p
            className="model-facts"
            title="Weights, and the cache of the context in 16 bits. Sliding windows take less."
          >
            {memoryOf(model, contextSize)}
          </p>
        )}
      </>
    )
  if (/^(hf:|https:\/\/)/.test(file))
    return <p className="model-facts">Downloaded when it runs, if not here yet</p>
  const same = isPath(file) ? findModels(models, file)[0] : undefined
  if (same) return <p className="model-facts missing">Known here as {same.file}: choose it in the list</p>
  if (isPath(file))
    return (
      <p className="model-facts missing">A path of a disk: open the list to use it, send it, or find it</p>
    )
  return <NotFound />
}

function NotFound() {
  const asked = useServer(
    (state) => state.worker.fabric?.workers.filter(({ state }) => isGiven(state)).length,
  )
  if (asked === undefined) return <p className="model-facts missing">Not found on this machine</p>
  const whom = asked === 0 ? 'there is none now' : asked === 1 ? 'one was asked' : `${asked} were asked`
  return <p className="model-facts missing">No worker has it: {whom}</p>
}

/** Which models a LoRA or control vector fits. */
export function tellMatches({ goesWith = [] }: ModelFile): string {
  const [first, ...others] = goesWith
  if (first === undefined) return 'Fits no model here'
  return `Fits ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`
}

function factsOf({
  architecture,
  parameters,
  quantization,
  bytes,
  source,
  fits,
  workers,
}: ModelFile): string {
  const size = parameters > 0 ? formatParameters(parameters) : ''
  const tooLarge = fits === false ? 'more than this machine has memory for' : ''
  return [
    architecture,
    size,
    quantization,
    formatBytes(bytes),
    describePlace(source),
    tooLarge,
    tellWorkers(workers),
  ]
    .filter((part) => part !== '')
    .join(' · ')
}
