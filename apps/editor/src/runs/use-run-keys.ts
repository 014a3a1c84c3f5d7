import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react'

export interface RunKeys {
  panel: RefObject<HTMLElement | null>
  /** The one run that Tab stops at; arrows go to the others. */
  current: string | undefined
  onFocus: (event: { target: Element }) => void
  onBlur: () => void
  onKeyDown: (event: KeyboardEvent) => void
}

/**
 * The panel of runs from the keyboard: up and down go from run to run, left and right along what can be done with one.
 * It takes the focus when it opens, Escape gives it back.
 */
export function useRunKeys(order: readonly string[], onEscape: () => void): RunKeys {
  const panel = useRef<HTMLElement>(null)
  const [last, setLast] = useState<string>()
  const inside = useRef(false)
  const arriving = useRef(true)
  const current = last !== undefined && order.includes(last) ? last : order[0]
  useFocusBack(panel)
  useLayoutEffect(() => {
    const waits = arriving.current && document.activeElement === panel.current
    // A run that begins or ends is drawn in another section: the focus goes with it.
    const lost = inside.current && document.activeElement === document.body
    if (waits || lost) runButton(panel.current, current)?.focus({ preventScroll: true })
  })
  return {
    panel,
    current,
    onFocus({ target }) {
      const run = target.closest<HTMLElement>('[data-run]')?.dataset['run']
      inside.current = run !== undefined
      if (target !== panel.current) arriving.current = false
      if (run !== undefined) setLast(run)
    },
    onBlur() {
      inside.current = false
    },
    onKeyDown(event) {
      const target = event.target as Element
      const typed = target instanceof HTMLInputElement && target.value !== ''
      if (event.key === 'Escape' && !typed) return take(event, onEscape)
      const item = target.closest<HTMLElement>('[data-run]')
      if (!item || event.ctrlKey || event.metaKey || event.altKey) return
      const next = nextButton(panel.current, item, target, event.key)
      if (next) take(event, () => next.focus())
    },
  }
}

function take(event: KeyboardEvent, act: () => void): void {
  event.preventDefault()
  act()
}

function runButton(panel: Element | null, run: string | undefined): HTMLElement | null {
  return panel?.querySelector<HTMLElement>(`[data-run="${run}"] .run-open`) ?? null
}

/** What a key goes to from a button of a run. */
function nextButton(
  panel: Element | null,
  item: Element,
  button: Element,
  key: string,
): HTMLElement | undefined {
  const runs = [...(panel?.querySelectorAll<HTMLElement>('.run-open') ?? [])]
  const at = runs.findIndex((open) => item.contains(open))
  const along = [...item.querySelectorAll<HTMLElement>('button')]
  switch (key) {
    case 'ArrowDown':
      return runs[at + 1]
    case 'ArrowUp':
      return runs[at - 1]
    case 'Home':
      return runs[0]
    case 'End':
      return runs.at(-1)
    case 'ArrowRight':
      return along[along.indexOf(button as HTMLElement) + 1]
    case 'ArrowLeft':
      return along[along.indexOf(button as HTMLElement) - 1]
  }
  return undefined
}

/** Takes the focus while it is shown, and gives it back afterwards to what had it. */
function useFocusBack(panel: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const before = document.activeElement
    panel.current?.focus({ preventScroll: true })
    return () => {
      if (document.activeElement === document.body && before instanceof HTMLElement)
        before.focus({ preventScroll: true })
    }
  }, [panel])
}
