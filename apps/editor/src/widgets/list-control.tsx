import { Plus, X } from 'lucide-react'
import { useField } from '../ui/use-field.ts'
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
          <ItemField
            {...(at === 0 && { id: props.id })}
            label={`${props.label}, item ${at + 1}`}
            invalid={props.invalid}
            text={escape(item)}
            onText={(text) => replace(at, text)}
            onDone={props.onDone}
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

interface ItemFieldProps {
  id?: string
  label: string
  invalid: boolean
  text: string
  onText: (text: string) => void
  onDone: () => void
}

function ItemField({ id, label, invalid, text, onText, onDone }: ItemFieldProps) {
  return (
    <input
      {...useField<HTMLInputElement>(text, onText)}
      id={id}
      type="text"
      className="control nodrag"
      aria-label={label}
      aria-invalid={invalid || undefined}
      spellCheck={false}
      onBlur={onDone}
    />
  )
}

function escape(text: string): string {
  return text.replaceAll('\n', '\\n')
}

function unescape(text: string): string {
  return text.replaceAll('\\n', '\n')
}
