import { Plus, X } from 'lucide-react'
import type { ControlProps } from './control-props.ts'
import './list-control.css'

/** A list of texts, one field each. Line breaks are shown and typed as \n. */
export function ListControl(props: ControlProps) {
  const value = props.value ?? props.fallback
  const items = Array.isArray(value) ? value.map(String) : []
  const replace = (at: number, text: string): void =>
    props.onChange(items.map((item, index) => (index === at ? unescape(text) : item)))
  return (
    <div className="list-control" role="group" aria-label={props.label}>
      {items.map((item, at) => (
        <div key={at} className="list-item">
          <input
            {...(at === 0 && { id: props.id })}
            type="text"
            className="control nodrag"
            aria-label={`${props.label}, item ${at + 1}`}
            aria-invalid={props.invalid || undefined}
            spellCheck={false}
            value={escape(item)}
            onChange={(event) => replace(at, event.target.value)}
            onBlur={props.onDone}
          />
          <button
            type="button"
            className="icon-button nodrag"
            aria-label={`${props.label}, remove item ${at + 1}`}
            onClick={() => props.onChange(items.filter((_, index) => index !== at))}
          >
            <X />
          </button>
        </div>
      ))}
      <button
        type="button"
        className="list-add nodrag"
        aria-label={`${props.label}, add an item`}
        onClick={() => props.onChange([...items, ''])}
      >
        <Plus /> Add
      </button>
    </div>
  )
}

function escape(text: string): string {
  return text.replaceAll('\n', '\\n')
}

function unescape(text: string): string {
  return text.replaceAll('\\n', '\n')
}
