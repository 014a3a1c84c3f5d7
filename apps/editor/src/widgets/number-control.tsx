import type { ControlProps } from './control-props.ts'
import { NumberField, type NumberRange } from './number-field.tsx'

export function NumberControl({ range, ...props }: ControlProps & { range: NumberRange }) {
  return <NumberField props={props} range={range} id={props.id} placeholder={props.placeholder} />
}
