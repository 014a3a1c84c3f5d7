import { useState } from 'react'
import type { Json } from '@woolgather/workflow'
import { keepOrder, parseOrdered } from '@woolgather/workflow/ordered-json'
import { TextArea } from '../ui/text-area.tsx'
import { CodeField } from './code/code-field.tsx'
import type { ControlProps } from './control-props.ts'

/**
 * Any value, written as JSON. Kept only while it is JSON; until then the field says what is missing. `loose`: what
 * is not JSON is meant as text, so that a word needs no quotes. `ordered`: keys keep their order, if need be as text of
 * the JSON, which stands there as it was typed: a text alone is no schema.
 */
export function JsonControl({
  loose,
  code = false,
  ordered = false,
  ...props
}: ControlProps & { loose: boolean; code?: boolean | undefined; ordered?: boolean | undefined }) {
  const [typed, setTyped] = useState<string>()
  const value = props.value ?? props.fallback
  const text = typed ?? (ordered && typeof value === 'string' ? value : writeValue(value, loose))
  const read = readValue(text, loose)
  const enter = (next: string): void => {
    setTyped(next)
    const result = readValue(next, loose)
    if (result.problem === undefined)
      props.onChange(ordered && result.value ? keepOrder(result.value) : result.value)
  }
  const leave = (): void => {
    if (read.problem === undefined) setTyped(undefined)
    props.onDone()
  }
  return (
    <div className="json-control">
      {code ? (
        <CodeField
          {...props}
          language="json"
          text={text}
          invalid={props.invalid || read.problem !== undefined}
          onText={enter}
          onDone={leave}
        />
      ) : (
        <TextArea
          id={props.id}
          label={props.label}
          invalid={props.invalid || read.problem !== undefined}
          text={text}
          onText={enter}
          onDone={leave}
          className="control code nodrag"
          rows={1}
          placeholder={props.placeholder}
          spellCheck={false}
        />
      )}
      {read.problem !== undefined && (
        <p className="field-problem" role="alert">
          Not JSON yet: {read.problem}
        </p>
      )}
    </div>
  )
}

interface Read {
  value?: Json
  problem?: string
}

function readValue(text: string, loose: boolean): Read {
  if (text.trim() === '') return {}
  try {
    return { value: parseOrdered(text) }
  } catch (error) {
    if (loose) return { value: text }
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

/** Text stands without quotes where it could not be taken for anything else. */
function writeValue(value: Json | undefined, loose: boolean): string {
  if (value === undefined) return ''
  if (loose && typeof value === 'string' && readValue(value, true).value === value) return value
  return JSON.stringify(value, null, 1)
}
