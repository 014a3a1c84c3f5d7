import type { Issue, Json, Warning } from '@woolgather/workflow'

/** What is wrong with what an input holds, and where in it. */
export type Problem = Pick<Issue, 'message' | 'where'>

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
