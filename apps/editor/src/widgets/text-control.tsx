import { TextArea } from '../ui/text-area.tsx'
import { useField } from '../ui/use-field.ts'
import type { SourceLanguage } from '../document/choose-control.ts'
import { CodeField } from './code/code-field.tsx'
import { commonProps, type ControlProps } from './control-props.ts'

const growsByItself = typeof CSS !== 'undefined' && CSS.supports('field-sizing', 'content')

export function TextControl(props: ControlProps) {
  const field = useField<HTMLInputElement>(asText(props.value ?? props.fallback), (typed) =>
    props.onChange(asLiteral(typed, props.fallback)),
  )
  return (
    <input
      {...commonProps(props)}
      {...field}
      type="text"
      className="control nodrag"
      spellCheck={false}
      placeholder={props.placeholder}
    />
  )
}

/** Several lines; grows with what is typed up to the height the style sheet sets. */
export function TextareaControl({
  code = false,
  language,
  ...props
}: ControlProps & { code?: boolean; language?: SourceLanguage | undefined }) {
  const text = asText(props.value ?? props.fallback)
  const enter = (typed: string): void => props.onChange(asLiteral(typed, props.fallback))
  if (language !== undefined) return <CodeField {...props} language={language} text={text} onText={enter} />
  return (
    <TextArea
      id={props.id}
      label={props.label}
      invalid={props.invalid}
      text={text}
      onText={enter}
      onDone={props.onDone}
      onShown={grow}
      className={code ? 'control code nodrag' : 'control nodrag'}
      rows={2}
      spellCheck={!code}
      placeholder={props.placeholder}
    />
  )
}

function grow(area: HTMLTextAreaElement): void {
  if (growsByItself) return
  area.style.height = 'auto'
  area.style.height = `${area.scrollHeight + 2}px`
}

/** An emptied field without a default is unset: an empty text is rarely what a checksum or a name may be. */
export function asLiteral(text: string, fallback: ControlProps['fallback']): string | undefined {
  return text === '' && fallback === undefined ? undefined : text
}

export function asText(value: ControlProps['value']): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
