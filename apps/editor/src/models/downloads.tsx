import { Check, RotateCw, X } from 'lucide-react'
import type { ModelDownload } from '@woolgather/protocol'
import { cancelDownload, fetchSource } from '../session/files/fetch-model.ts'
import { useEditor, useServer } from '../store/editor-context.ts'
import { formatBytes } from '../run/show-run.ts'
import { FieldProblem } from '../ui/field-problem.tsx'

/** What is being downloaded, and what was since the page opened: the last of each address. */
export function Downloads() {
  const downloads = useServer((state) => state.downloads)
  const models = useServer((state) => state.models)
  const isDeleted = ({ state, file }: ModelDownload): boolean =>
    state === 'finished' && !models.some((model) => model.file === file)
  const last = downloads.filter(
    (download, at) =>
      !isDeleted(download) && !downloads.slice(at + 1).some(({ source }) => source === download.source),
  )
  if (last.length === 0) return null
  return (
    <ul className="models-downloads" aria-label="Downloads">
      {last.map((download) => (
        <Download key={download.id} download={download} />
      ))}
    </ul>
  )
}

function Download({ download: { id, source, state, done, total, file, error } }: { download: ModelDownload }) {
  const editor = useEditor()
  return (
    <li aria-label={source}>
      <code>{state === 'finished' && file !== undefined ? file : source}</code>
      {state === 'running' && (
        <>
          <progress
            aria-label={`Download of ${source}`}
            max={total ?? 1}
            {...(total !== undefined && { value: done })}
          />
          <span className="models-facts">
            {formatBytes(done)}
            {total !== undefined && ` of ${formatBytes(total)}`}
          </span>
          <button
            type="button"
            className="button quiet icon"
            aria-label={`Stop downloading ${source}`}
            title="Stop. What is here is kept"
            onClick={() => void cancelDownload(editor, id)}
          >
            <X />
          </button>
        </>
      )}
      {state === 'finished' && (
        <span className="models-done" role="status">
          <Check aria-hidden /> Here
        </span>
      )}
      {(state === 'failed' || state === 'cancelled') && (
        <button
          type="button"
          className="button"
          aria-label={`Go on downloading ${source}`}
          onClick={() => void fetchSource(editor, source)}
        >
          <RotateCw /> Go on
        </button>
      )}
      {error && <FieldProblem problem={error} />}
    </li>
  )
}
