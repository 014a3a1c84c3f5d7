import { useLayoutEffect, useRef } from 'react'
import { captureScroll } from '../ui/capture-scroll.ts'
import type { SourceLanguage } from '../document/choose-control.ts'
import { CodeField } from './code/code-field.tsx'
import { commonProps, type ControlProps } from './control-props.ts'

const growsByItself = typeof CSS !== 'undefined' && CSS.supports('field-sizing', 'content')

export function TextControl(props: ControlProps) {
  return (
    <input
      {...commonProps(props)}
      type="text"
      className="control nodrag"
      value={asText(props.value ?? props.fallback)}
      spellCheck={false}
      placeholder={props.placeholder}
      onChange={(event) => props.onChange(asLiteral(event.target.value, props.fallback))}
    />
  )
}

/** Several lines; grows with what is typed up to the height the style sheet sets. */
export function TextareaControl({
  code = false,
  language,
  ...props
}: ControlProps & { code?: boolean; language?: SourceLanguage | undefined }) {
  const area = useRef<HTMLTextAreaElement>(null)
  const text = asText(props.value ?? props.fallback)
  useLayoutEffect(() => {
    if (growsByItself || !area.current) return
    area.current.style.height = 'auto'
    area.current.style.height = `${area.current.scrollHeight + 2}px`
  }, [text])
  if (language !== undefined)
    return (
      <CodeField
        {...props}
        language={language}
        text={text}
        onText={(typed) => props.onChange(asLiteral(typed, props.fallback))}
      />
    )
  return (
    <textarea
      {...commonProps(props)}
      ref={area}
      className={code ? 'control code nodrag' : 'control nodrag'}
      rows={2}
      value={text}
      spellCheck={!code}
      onPointerEnter={captureScroll}
      placeholder={props.placeholder}
      onChange={(event) => props.onChange(asLiteral(event.target.value, props.fallback))}
    />
  )
}

/** An emptied field without a default is unset: an empty text is rarely what a checksum or a name may be. */
export function asLiteral(text: string, fallback: ControlProps['fallback']): string | undefined {
  return text === '' && fallback === undefined ? undefined : text
}

export function asText(value: ControlProps['value']): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
