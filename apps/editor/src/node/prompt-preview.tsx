import { useEffect, useMemo, useState } from 'react'
import { previewPrompt, unpackTo } from '../document/preview-prompt.ts'
import { describeError } from '../store/describe-error.ts'
import { useDocument, useEditor, useServer } from '../store/editor-context.ts'
import { readPrompt, type PromptReading } from '../session/running/read-prompt.ts'
import { fetchedLater } from '../ui/fetched-later.tsx'
import { Prose } from '../ui/prose.tsx'
import './prompt-preview.css'

const PromptTokens = fetchedLater(async () => (await import('../results/prompt-tokens.tsx')).PromptTokens)

/** Milliseconds of rest before the model is asked. */
const restTime = 500

/** Under the template of a node: what its model reads, for as long as it is unfolded. Nothing where no model is known. */
export function PromptPreview({ id, title }: { id: string; title: string }) {
  const [open, setOpen] = useState(false)
  const types = useServer((state) => state.byType)
  const models = useServer((state) => state.models)
  const workflow = useDocument(({ history }) => history.present)
  const path = useDocument((state) => state.path)
  const asked = useMemo(() => {
    const here = new Set(models.map(({ file }) => file))
    // What is inside a subgraph depends on where it is used: it is read as from where it was entered.
    const at = unpackTo(workflow, path, id, types)
    const preview = at && previewPrompt(at.workflow, at.id, types, (file) => here.has(file))
    return preview && JSON.stringify(preview)
  }, [workflow, path, id, types, models])
  if (asked === undefined) return null
  return (
    <details
      className="prompt-preview nodrag"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary aria-label={`${title}: What the model reads`}>What the model reads</summary>
      {open && <Reading asked={asked} />}
    </details>
  )
}

/** @param asked the preview, as JSON: another text is another question */
function Reading({ asked }: { asked: string }) {
  const editor = useEditor()
  const [told, setTold] = useState<{ asked: string; reading: PromptReading }>()
  useEffect(() => {
    const superseded = new AbortController()
    const ask = async (): Promise<void> => {
      const reading = await readPrompt(editor, JSON.parse(asked), superseded.signal).catch(
        (error: unknown): PromptReading => {
          const [message, hint] = describeError(error)
          return { error: { message, ...(hint !== undefined && { hint }) } }
        },
      )
      if (reading && !superseded.signal.aborted) setTold({ asked, reading })
    }
    const timer = setTimeout(() => void ask(), restTime)
    return () => {
      clearTimeout(timer)
      superseded.abort()
    }
  }, [editor, asked])
  if (!told) return <p className="result-note">…</p>
  const { reading } = told
  return (
    <div aria-busy={told.asked !== asked} aria-live="polite">
      {'tokens' in reading ? (
        <PromptTokens tokens={reading.tokens} />
      ) : (
        <p className="field-problem">
          <Prose text={reading.error.message} />
          {reading.error.hint !== undefined && (
            <span className="hint">
              {' '}
              <Prose text={reading.error.hint} />
            </span>
          )}
        </p>
      )}
    </div>
  )
}
