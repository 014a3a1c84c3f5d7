import { useMemo } from 'react'
import { isArtifactRef } from '@woolgather/workflow'
import { useArtifact } from '../use-artifact.ts'
import { readSetTokens } from '../../run/read-canvas.ts'
import type { CellRun } from '../../run/run-state.ts'
import { describeError } from '../../store/describe-error.ts'
import { useEditor, useFront } from '../../store/editor-context.ts'
import { CanvasFilm } from './canvas-film.tsx'
import { CanvasText } from '../canvas-text.tsx'
import { saveFilm } from '../exports/save-film.ts'

export interface CanvasResultProps {
  node: string
  title: string
  cell: { canvas?: CellRun['canvas']; outputs?: CellRun['outputs'] | undefined }
}

/** A canvas as it clears; once it has, what it looked like at each step. */
export function CanvasResult({ node, title, cell }: CanvasResultProps) {
  const editor = useEditor()
  const tab = useFront()
  const { canvas, outputs } = cell
  const text = typeof outputs?.['text'] === 'string' ? outputs['text'] : ''
  const given = outputs?.['confidence']
  const reference = given !== undefined && isArtifactRef(given) ? given : undefined
  const fetched = useArtifact(reference)
  const tokens = useMemo(
    () => readSetTokens(reference ? parse(fetched.text) : given),
    [reference, fetched.text, given],
  )
  const save = (): void => {
    saveFilm(editor, tab, node, title, tokens ?? []).catch((error: unknown) =>
      editor.workbench.getState().notify('error', ...describeError(error)),
    )
  }
  if (tokens) return <CanvasFilm tokens={tokens} title={title} onSave={save} />
  return (
    <div className="result-text" role="status" aria-live="off">
      {canvas ? <CanvasText places={canvas.places} step={canvas.step} /> : text}
    </div>
  )
}

function parse(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : JSON.parse(json)
  } catch {
    return undefined
  }
}
