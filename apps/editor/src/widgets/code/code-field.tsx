import type { Warning } from '@woolgather/workflow'
import { TextArea } from '../../ui/text-area.tsx'
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
    <TextArea
      id={id}
      label={label}
      invalid={invalid}
      text={text}
      onText={onText}
      onDone={onDone}
      className="control code nodrag"
      rows={2}
      spellCheck={false}
      placeholder={placeholder}
    />
  )
}

/** Text with a syntax. Until the editor for it is loaded, a plain field does. */
export const CodeField = fetchedLater(async () => (await import('./code-editor.tsx')).CodeEditor, PlainField)
