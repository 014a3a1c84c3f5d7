import type { Json, Warning } from '@woolgather/workflow'
import type { Problem } from '../document/problem.ts'

/** What every control is given. `undefined` as a value means: nothing set, the fallback holds. */
export interface ControlProps {
  id: string
  label: string
  nodeId: string
  inputName: string
  value: Json | undefined
  fallback: Json | undefined
  /** Shown while nothing is set. */
  placeholder: string
  invalid: boolean
  /** What is wrong with it; shown by the field. A control may mark the place it names. */
  problem?: Problem | undefined
  /** What may not be meant as it is; a control may mark the places. */
  warnings?: readonly Warning[]
  onChange: (value: Json | undefined) => void
  /** The person moved on: what follows is another step of undo. */
  onDone: () => void
}

/** The attributes all native controls share. */
export function commonProps({ id, label, invalid, onDone }: ControlProps) {
  return { id, 'aria-label': label, 'aria-invalid': invalid || undefined, onBlur: onDone } as const
}
