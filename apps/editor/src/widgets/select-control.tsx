import type { Control } from '../document/choose-control.ts'
import { commonProps, type ControlProps } from './control-props.ts'

export function SelectControl({
  options,
  spellings,
  ...props
}: ControlProps & Pick<Extract<Control, { kind: 'select' }>, 'options' | 'spellings'>) {
  const written = props.value ?? props.fallback
  const value =
    typeof written === 'string' && Object.hasOwn(spellings, written) ? spellings[written] : written
  const index = options.findIndex((option) => option === value)
  return (
    <select
      {...commonProps(props)}
      className="control select nodrag"
      value={index}
      onChange={(event) => {
        const chosen = Number(event.target.value)
        props.onChange(chosen < 0 ? undefined : options[chosen])
      }}
    >
      {index < 0 && <option value={-1}>{value === undefined ? 'auto' : String(value)}</option>}
      {options.map((option, at) => (
        <option key={String(option)} value={at}>
          {String(option)}
        </option>
      ))}
    </select>
  )
}
