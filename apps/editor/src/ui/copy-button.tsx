import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { copyText } from '../session/editing/copy-text.ts'
import { useEditor } from '../store/editor-context.ts'

export interface CopyButtonProps {
  text: string
  /** What is copied, for who does not see the place of a button that is an icon alone. */
  iconOnly?: string
}

/** Puts a text on the clipboard, and shows for a moment that it is there. */
export function CopyButton({ text, iconOnly }: CopyButtonProps) {
  const editor = useEditor()
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    if (!(await copyText(editor, text, 'Copied'))) return
    setCopied(true)
    setTimeout(() => setCopied(false), 1200)
  }
  const named = iconOnly !== undefined && { 'aria-label': iconOnly, title: 'Copy' }
  return (
    <button
      type="button"
      className={iconOnly === undefined ? 'button' : 'icon-button copy'}
      disabled={text === ''}
      onClick={() => void copy()}
      {...named}
    >
      {copied ? <Check /> : <Copy />}
      {iconOnly === undefined && ' Copy'}
    </button>
  )
}
