import { useMemo } from 'react'
import { loadersBehind, makeReproducible } from '../../session/editing/make-reproducible.ts'
import { useEditor, useServer, useWorkflow } from '../../store/editor-context.ts'

/** Beside cells that are compared: that a difference may be nothing but arithmetic, and the way to have none of it. */
export function ReproducibleOffer({ node }: { node: string }) {
  const editor = useEditor()
  const nodes = useWorkflow((workflow) => workflow.nodes)
  const types = useServer((state) => state.byType)
  const loaders = useMemo(() => loadersBehind(node, nodes, types), [node, nodes, types])
  if (loaders.length === 0) return null
  return (
    <p className="results-hint">
      Texts that are written at once round differently, so even the same seed may give another text.{' '}
      <button
        type="button"
        className="button"
        title="The model node’s “Reproducible”: the same text for the same seed, up to about half as fast. Run again afterwards."
        onClick={() => {
          makeReproducible(editor, loaders)
          editor.workbench.getState().notify('info', 'The model is reproducible now: run again to compare')
        }}
      >
        Make reproducible
      </button>
    </p>
  )
}
