import {
  useLayoutEffect,
  useRef,
  useState,
  type ChangeEvent,
  type CompositionEvent,
  type RefObject,
} from 'react'

type Field = HTMLInputElement | HTMLTextAreaElement

export interface FieldProps<T extends Field> {
  ref: RefObject<T | null>
  defaultValue: string
  onChange: (event: ChangeEvent<T>) => void
  onCompositionEnd: (event: CompositionEvent<T>) => void
}

/**
 * A field for a text of the document that keeps itself what is typed: written to by React at each letter, the browser
 * would take back a letter at each press of undo instead of what was typed. It is written to only where the text became
 * another one elsewhere. Words that are still being composed (Chinese, Japanese, Korean) are told once they stand.
 */
export function useField<T extends Field>(text: string, onText: (text: string) => void): FieldProps<T> {
  const ref = useRef<T>(null)
  const [first] = useState(text)
  // React sets what a field began with after each letter, to the same: on the element itself that reaches nothing.
  useLayoutEffect(() => {
    Object.defineProperty(ref.current, 'defaultValue', { value: first, writable: true, configurable: true })
  }, [first])
  useLayoutEffect(() => {
    if (ref.current && ref.current.value !== text) ref.current.value = text
  }, [text])
  return {
    ref,
    defaultValue: first,
    onChange: ({ target, nativeEvent }) => {
      if (!('isComposing' in nativeEvent && nativeEvent.isComposing === true)) onText(target.value)
    },
    onCompositionEnd: ({ currentTarget }) => onText(currentTarget.value),
  }
}
