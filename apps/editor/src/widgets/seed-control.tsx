import { Dices, Lock, LockOpen } from 'lucide-react'
import { rollSeed } from '../document/roll-seed.ts'
import { useRun } from '../store/editor-context.ts'
import type { ControlProps } from './control-props.ts'
import { NumberField } from './number-field.tsx'

/** A seed that is kept (locked) or drawn anew for each run (open); the dice roll another to keep. */
export function SeedControl({ maximum, ...props }: ControlProps & { maximum: number }) {
  const drawn = useRun((state) => state.run?.seeds[props.nodeId])
  const locked = typeof props.value === 'number'
  const set = (value: number | undefined): void => {
    props.onDone()
    props.onChange(value)
    props.onDone()
  }
  const range = { integer: true, minimum: 0, maximum, step: 1 }
  return (
    <div className="seed-control">
      <NumberField
        props={props}
        range={range}
        id={props.id}
        placeholder={drawn === undefined ? 'random' : `random · ${drawn}`}
      />
      <button
        type="button"
        className="icon-button nodrag"
        aria-label={`${props.label}, roll another`}
        title="Roll another seed"
        onClick={() => set(Math.min(rollSeed(), maximum))}
      >
        <Dices />
      </button>
      <button
        type="button"
        className="icon-button nodrag"
        aria-pressed={locked}
        aria-label={`${props.label}, same for every run`}
        title={
          locked ? 'Kept for every run. Press to draw one per run' : 'Drawn for each run. Press to keep it'
        }
        onClick={() => set(locked ? undefined : (drawn ?? Math.min(rollSeed(), maximum)))}
      >
        {locked ? <Lock /> : <LockOpen />}
      </button>
    </div>
  )
}
