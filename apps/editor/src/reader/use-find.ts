import { useCallback, useEffect, useRef, useState, type RefObject } from 'react'
import { findRanges, findText } from './find-text.ts'

export interface Find {
  words: string
  setWords: (words: string) => void
  count: number
  /** The match that is shown; −1 where none is. */
  at: number
  /** Goes to the next match, or with −1 to the one before, round the ends. */
  step: (by: number) => void
}

const all = 'reader-found'
const current = 'reader-here'

/** Searches what an element shows; `shown` changes whenever that does. */
export function useFind(root: RefObject<HTMLElement | null>, shown: string): Find {
  const [words, setWords] = useState('')
  const [ranges, setRanges] = useState<readonly Range[]>([])
  const [at, setAt] = useState(-1)
  const search = useCallback(
    (wanted: string) => {
      const found = root.current ? findRanges(root.current, wanted) : []
      setRanges(found)
      setAt((before) => (found.length === 0 ? -1 : Math.max(0, Math.min(before, found.length - 1))))
    },
    [root],
  )
  const latest = useRef(words)
  useEffect(() => {
    const frame = requestAnimationFrame(() => search(latest.current))
    return () => cancelAnimationFrame(frame)
  }, [search, shown])
  useEffect(() => {
    mark(all, ranges)
    return () => mark(all, [])
  }, [ranges])
  useEffect(() => {
    const range = ranges[at]
    mark(current, range ? [range] : [])
    if (range && root.current) scrollTo(root.current, range)
    return () => mark(current, [])
  }, [root, ranges, at])
  const count = ranges.length
  const step = useCallback((by: number) => setAt((before) => around(before, by, count)), [count])
  return {
    words,
    setWords: (next) => {
      latest.current = next
      setWords(next)
      search(next)
    },
    count,
    at,
    step,
  }
}

/** Searches what is being written: a match is selected in its field, which gets the keyboard. */
export function useFindInField(field: () => HTMLElement | null, text: string): Find {
  const [words, setWords] = useState('')
  const [at, setAt] = useState(-1)
  const found = findText(text, words)
  const step = (by: number): void => {
    const next = around(at, by, found.length)
    const from = found[next]
    setAt(next)
    if (from !== undefined) void selectIn(field(), from, from + words.length)
  }
  return {
    words,
    setWords: (next) => {
      setWords(next)
      setAt(-1)
    },
    count: found.length,
    at: Math.min(at, found.length - 1),
    step,
  }
}

async function selectIn(field: HTMLElement | null, from: number, to: number): Promise<void> {
  if (field instanceof HTMLTextAreaElement) {
    // Only a field that gets the focus scrolls to what is selected in it.
    field.blur()
    field.setSelectionRange(from, to)
    return field.focus()
  }
  if (!field) return
  const { EditorView } = await import('@codemirror/view')
  const view = EditorView.findFromDOM(field)
  view?.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true })
  view?.focus()
}

function around(at: number, by: number, count: number): number {
  if (count === 0) return -1
  return at < 0 ? (by > 0 ? 0 : count - 1) : (at + by + count) % count
}

function mark(name: string, ranges: readonly Range[]): void {
  // A browser without it still counts the matches and goes to them.
  if (!('highlights' in CSS)) return
  if (ranges.length === 0) CSS.highlights.delete(name)
  else CSS.highlights.set(name, new Highlight(...ranges))
}

function scrollTo(root: HTMLElement, range: Range): void {
  const box = range.getBoundingClientRect()
  const seen = root.getBoundingClientRect()
  if (box.top < seen.top || box.bottom > seen.bottom) root.scrollTop += box.top - seen.top - seen.height / 3
}
