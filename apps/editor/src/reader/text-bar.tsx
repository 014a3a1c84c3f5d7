import { ChevronDown, ChevronUp } from 'lucide-react'
import { useEffect, useMemo, useRef, type ReactNode } from 'react'
import { matches } from '../commands/match-key.ts'
import { formatNumber } from '../run/show-run.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { countWords } from './count-words.ts'
import { mostMatches } from './find-text.ts'
import type { Find } from './use-find.ts'

export interface Mode {
  id: string
  label: string
  /** Why it cannot be chosen. */
  disabled?: string | undefined
}

interface TextBarProps {
  modes: readonly Mode[]
  mode: string
  onMode: (mode: string) => void
  text: string
  find: Find
  onClose: () => void
  children?: ReactNode
}

/** What can be done with a text in its window: how it is shown, search, its length, copy. */
export function TextBar({ modes, mode, onMode, text, find, onClose }: TextBarProps) {
  const words = useMemo(() => countWords(text), [text])
  return (
    <div className="text-bar" role="toolbar" aria-label="How the text is shown">
      <div className="text-modes" role="group" aria-label="Show as">
        {modes.map(({ id, label, disabled }) => (
          <button
            key={id}
            type="button"
            className="button"
            aria-pressed={mode === id}
            disabled={disabled !== undefined}
            title={disabled}
            onClick={() => onMode(id)}
          >
            {label}
          </button>
        ))}
      </div>
      <Search find={find} />
      <span className="text-count">
        {formatNumber(words)} {words === 1 ? 'word' : 'words'} · {formatNumber([...text].length)} characters
      </span>
      <span className="spacer" />
      <CopyButton text={text} />
      <button type="button" className="button text-close" onClick={onClose}>
        Close
      </button>
    </div>
  )
}

/** Enter goes to the next match, Shift+Enter to the one before; Ctrl+F comes here, F3 goes on from anywhere. */
function Search({ find }: { find: Find }) {
  const { words, setWords, count, at, step } = find
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      const pressed = (...keys: string[]): boolean => keys.some((one) => matches(one, event))
      if (pressed('F3', 'Mod+g')) step(1)
      else if (pressed('Shift+F3', 'Mod+Shift+g')) step(-1)
      else if (pressed('Mod+f')) field.current?.select()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', key)
    return () => document.removeEventListener('keydown', key)
  }, [step])
  return (
    <div className="text-search" role="search">
      <input
        ref={field}
        type="text"
        role="searchbox"
        className="control"
        aria-label="Search in the text"
        placeholder="Search (Ctrl+F)"
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          step(event.shiftKey ? -1 : 1)
        }}
      />
      <output className="text-matches">
        {words !== '' &&
          (count === 0
            ? 'none'
            : `${Math.max(0, at) + 1} of ${formatNumber(count)}${count === mostMatches ? ' or more' : ''}`)}
      </output>
      <button
        type="button"
        className="icon-button"
        aria-label="Match before"
        disabled={count === 0}
        onClick={() => step(-1)}
      >
        <ChevronUp />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Next match"
        disabled={count === 0}
        onClick={() => step(1)}
      >
        <ChevronDown />
      </button>
    </div>
  )
}
