import { useState } from 'react'
import type { Json } from '@woolgather/workflow'
import { captureScroll } from '../ui/capture-scroll.ts'
import { commonProps, type ControlProps } from './control-props.ts'

/** Any value, written as JSON. Kept only while it is JSON; until then the field says what is missing. */
export function JsonControl(props: ControlProps) {
  const [typed, setTyped] = useState<string>()
  const value = props.value ?? props.fallback
  const text = typed ?? (value === undefined ? '' : JSON.stringify(value, null, 1))
  const problem = typed === undefined || typed.trim() === '' ? undefined : problemWith(typed)
  const enter = (next: string): void => {
    setTyped(next)
    if (next.trim() === '') props.onChange(undefined)
    else if (problemWith(next) === undefined) props.onChange(JSON.parse(next) as Json)
  }
  return (
    <div className="json-control">
      <textarea
        {...commonProps(props)}
        className="control code nodrag"
        rows={1}
        spellCheck={false}
        placeholder="auto"
        aria-invalid={props.invalid || problem !== undefined || undefined}
        value={text}
        onPointerEnter={captureScroll}
        onChange={(event) => enter(event.target.value)}
        onBlur={() => {
          if (problem === undefined) setTyped(undefined)
          props.onDone()
        }}
      />
      {problem !== undefined && (
        <p className="field-problem" role="alert">
          Not JSON yet: {problem}
        </p>
      )}
    </div>
  )
}

function problemWith(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
