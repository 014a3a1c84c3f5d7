import { commonProps, type ControlProps } from './control-props.ts'
import './boolean-control.css'

export function BooleanControl(props: ControlProps) {
  return (
    <input
      {...commonProps(props)}
      type="checkbox"
      role="switch"
      className="switch nodrag"
      checked={(props.value ?? props.fallback) === true}
      onChange={(event) => props.onChange(event.target.checked)}
    />
  )
}
