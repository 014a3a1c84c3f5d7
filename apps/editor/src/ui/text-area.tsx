import { useLayoutEffect, type KeyboardEvent } from 'react'
import { captureScroll } from './capture-scroll.ts'
import { useField } from './use-field.ts'

export interface TextAreaProps {
  id?: string
  label: string
  text: string
  invalid?: boolean
  className?: string
  rows?: number
  placeholder?: string
  spellCheck?: boolean
  /** Whether the wheel scrolls it instead of the graph. */
  scrolls?: boolean
  onText: (text: string) => void
  onDone?: () => void
  onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void
  /** Told of the element each time the text became another one. */
  onShown?: (area: HTMLTextAreaElement) => void
}

/** Several lines of text of the document. */
export function TextArea(props: TextAreaProps) {
  const { label, text, invalid, scrolls = true, onText, onDone, onShown, ...attributes } = props
  const field = useField<HTMLTextAreaElement>(text, onText)
  const { ref } = field
  useLayoutEffect(() => {
    if (ref.current) onShown?.(ref.current)
  }, [ref, text, onShown])
  return (
    <textarea
      {...attributes}
      {...field}
      aria-label={label}
      aria-invalid={invalid || undefined}
      onBlur={onDone}
      {...(scrolls && { onPointerEnter: captureScroll })}
    />
  )
}
