import { useState, type KeyboardEvent } from 'react'
import { useField } from '../ui/use-field.ts'
import type { ControlProps } from './control-props.ts'
import { readTypedNumber, stepNumber } from './read-typed-number.ts'

export interface NumberRange {
  integer: boolean
  minimum?: number
  maximum?: number
  step: number
}

export interface NumberFieldProps {
  props: ControlProps
  range: NumberRange
  id?: string
  className?: string
  placeholder?: string
}

/** Steps of the keys; Shift makes ten of one. */
const steps: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }

/**
 * Exact entry of a number, with a comma or a point. What is typed stays as typed until the field is left; what cannot be
 * read stands in the document as it was typed, where it is a problem that keeps it from running. Emptied, it goes back
 * to the default.
 */
export function NumberField({ props, range, id, className = '', placeholder }: NumberFieldProps) {
  const [typed, setTyped] = useState<string>()
  const value = props.value ?? props.fallback
  const shown = typed ?? (typeof value === 'number' || typeof value === 'string' ? String(value) : '')
  const field = useField<HTMLInputElement>(shown, (text) => {
    setTyped(text)
    if (text.trim() === '') props.onChange(undefined)
    else props.onChange(readTypedNumber(text) ?? text)
  })
  const step = (event: KeyboardEvent): void => {
    const by = steps[event.key]
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const from = typeof value === 'number' ? value : value === undefined ? (range.minimum ?? 0) : undefined
    if (from === undefined) return
    event.preventDefault()
    setTyped(undefined)
    props.onChange(stepNumber(from, by * range.step * (event.shiftKey ? 10 : 1), range))
  }
  return (
    <input
      {...field}
      id={id}
      type="text"
      role="spinbutton"
      inputMode={range.integer ? 'numeric' : 'decimal'}
      autoComplete="off"
      spellCheck={false}
      className={`control number nodrag ${className}`}
      aria-label={props.label}
      aria-invalid={props.invalid || undefined}
      min={range.minimum}
      max={range.maximum}
      aria-valuemin={range.minimum}
      aria-valuemax={range.maximum}
      aria-valuenow={typeof value === 'number' ? value : undefined}
      placeholder={placeholder}
      onKeyDown={step}
      onBlur={() => {
        setTyped(undefined)
        props.onDone()
      }}
    />
  )
}
