import { useRef, useState } from 'react'
import { matches } from '../commands/match-key.ts'
import { LearntExamples } from '../results/learnt-examples.tsx'
import { Difference } from '../results/difference.tsx'
import { useEditor } from '../store/editor-context.ts'
import type { ReadText } from '../store/workbench-store.ts'
import { Modal } from '../ui/modal.tsx'
import { looksLikeMarkdown } from './looks-like-markdown.ts'
import { Markdown } from './markdown.tsx'
import { useReading } from './read-cell.ts'
import { TextBar } from './text-bar.tsx'
import { useFind } from './use-find.ts'
import './reader.css'

type View = 'rendered' | 'source' | 'difference'

/** A text in the whole window, to be read. */
export function Reader({ of }: { of: ReadText }) {
  const editor = useEditor()
  const { text, data, learnt, streaming, before } = useReading(of)
  const [chosen, setChosen] = useState<View>()
  const body = useRef<HTMLDivElement>(null)
  const possible = chosen !== 'difference' || before !== undefined ? chosen : undefined
  const view: View =
    data && possible !== 'difference' ? 'source' : (possible ?? (learnt ? 'rendered' : usual(text)))
  const find = useFind(body, `${view}\n${text}`)
  const close = (): void => editor.workbench.setState({ dialog: undefined })
  return (
    <Modal title={of.title} full>
      <TextBar
        modes={[
          {
            id: 'rendered',
            label: learnt ? 'Shaded' : 'Rendered',
            disabled: data ? 'JSON is no Markdown' : undefined,
          },
          { id: 'source', label: 'Source' },
          {
            id: 'difference',
            label: 'Differences',
            disabled: before === undefined ? 'There is no run before this one to compare with' : undefined,
          },
        ]}
        mode={view}
        onMode={(mode) => setChosen(mode as View)}
        text={text}
        find={find}
        onClose={close}
      />
      <div
        ref={body}
        className="text-body"
        data-view={view}
        data-data={data || undefined}
        data-first
        tabIndex={0}
        role="region"
        aria-label={of.title}
        aria-busy={streaming || undefined}
        onKeyDown={(event) => {
          if (matches('r', event.nativeEvent)) close()
        }}
      >
        {view === 'rendered' && learnt ? (
          <LearntExamples learnt={learnt} />
        ) : view === 'rendered' ? (
          <Markdown text={text} />
        ) : view === 'difference' ? (
          <div className="text-source">
            {before === text ? (
              <p className="text-same">The run before made the same.</p>
            ) : (
              <Difference before={before ?? ''} after={text} />
            )}
          </div>
        ) : (
          <div className="text-source">{text === '' ? '(empty)' : text}</div>
        )}
      </div>
    </Modal>
  )
}

function usual(text: string): View {
  return looksLikeMarkdown(text) ? 'rendered' : 'source'
}
