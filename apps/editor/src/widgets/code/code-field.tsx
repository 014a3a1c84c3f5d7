import type { Warning } from '@woolgather/workflow'
import { captureScroll } from '../../ui/capture-scroll.ts'
import { useField } from '../../ui/use-field.ts'
import { fetchedLater } from '../../ui/fetched-later.tsx'
import type { Problem } from '../../document/problem.ts'
import type { SourceLanguage } from '../../document/choose-control.ts'

export interface CodeFieldProps {
  id: string
  label: string
  language: SourceLanguage
  text: string
  placeholder: string
  invalid: boolean
  /** What is wrong with it; the place it names is marked. */
  problem?: Problem | undefined
  /** What may not be meant as it is: its places are marked. */
  warnings?: readonly Warning[]
  onText: (text: string) => void
  onDone: () => void
}

function PlainField({ id, label, text, placeholder, invalid, onText, onDone }: CodeFieldProps) {
  return (
    <textarea
      {...useField<HTMLTextAreaElement>(text, onText)}
      id={id}
      aria-label={label}
      aria-invalid={invalid || undefined}
      className="control code nodrag"
      rows={2}
      spellCheck={false}
      placeholder={placeholder}
      onPointerEnter={captureScroll}
      onBlur={onDone}
    />
  )
}

/** Text with a syntax. Until the editor for it is loaded, a plain field does. */
export const CodeField = fetchedLater(async () => (await import('./code-editor.tsx')).CodeEditor, PlainField)
