import { useLayoutEffect, useRef } from 'react'
import type { ModelFile } from '@woolgather/protocol'
import { findModels, isPath, memoryOf } from './find-models.ts'
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
          </li>
        ))}
      </ul>
      {found.length === 0 && (
        <p className="model-none">
          {isPath(query)
            ? `Only files in the models folders can be loaded: put this one there, or start Woolgather with --models and its folder.`
            : all === 0
              ? `There is no ${called} yet. Put a GGUF file into the models folder, or type hf:owner/repo/file.gguf.`
              : 'No file has this name. An address such as hf:owner/repo/file.gguf is downloaded when it runs.'}
        </p>
      )}
      {found.length > 0 && (
        <p className="model-count">
          {found.length === all ? `${all} here. Type to search` : `${found.length} of ${all}`}
        </p>
      )}
    </>
  )
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
  const model = models.find((known) => known.file === file)
  if (model)
    return (
      <>
        <p className="model-facts" title={model.description}>
          {factsOf(model)}
        </p>
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
  return <p className="model-facts missing">Not in the models folders</p>
}

function factsOf({ architecture, parameters, quantization, bytes }: ModelFile): string {
  const size = parameters > 0 ? formatParameters(parameters) : ''
  return [architecture, size, quantization, formatBytes(bytes)].filter((part) => part !== '').join(' · ')
}
