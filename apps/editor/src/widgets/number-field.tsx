import { useState } from 'react'
import type { ControlProps } from './control-props.ts'

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

/**
 * Exact entry of a number. What is typed stays as typed until the field is left: "1." and "-" are on the way to a
 * number. Emptied, it goes back to the default.
 */
export function NumberField({ props, range, id, className = '', placeholder }: NumberFieldProps) {
  const [typed, setTyped] = useState<string>()
  const value = typeof props.value === 'number' ? props.value : props.fallback
  const enter = (text: string): void => {
    setTyped(text)
    if (text.trim() === '') return props.onChange(undefined)
    const number = Number(text)
    if (Number.isFinite(number)) props.onChange(number)
  }
  return (
    <input
      id={id}
      type="number"
      inputMode={range.integer ? 'numeric' : 'decimal'}
      className={`control number nodrag ${className}`}
      aria-label={props.label}
      aria-invalid={props.invalid || undefined}
      min={range.minimum}
      max={range.maximum}
      step={range.integer ? range.step : 'any'}
      value={typed ?? (typeof value === 'number' ? String(value) : '')}
      placeholder={placeholder}
      onChange={(event) => enter(event.target.value)}
      onWheel={(event) => event.currentTarget.blur()}
      onBlur={() => {
        setTyped(undefined)
        props.onDone()
      }}
    />
  )
}
