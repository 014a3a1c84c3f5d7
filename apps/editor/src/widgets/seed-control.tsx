import { Dices, ListOrdered, Lock, LockOpen, Plus } from 'lucide-react'
import { rollSeed } from '../document/roll-seed.ts'
import { useFront, useNode, useRun } from '../store/editor-context.ts'
import type { ControlProps } from './control-props.ts'
import { NumberField } from './number-field.tsx'
import './seed-control.css'

/**
 * A seed that is kept (locked), one more with each run (counting) or drawn anew for each (open); the dice roll another to
 * keep, plus takes the next.
 */
export function SeedControl({ maximum, ...props }: ControlProps & { maximum: number }) {
  const { document } = useFront()
  const drawn = useRun((state) => state.run?.seeds[props.nodeId])
  const counts = useNode(props.nodeId)?.view?.counting?.includes(props.inputName) === true
  const locked = typeof props.value === 'number'
  const shown = typeof props.value === 'number' ? props.value : drawn
  const set = (value: number | undefined): void => {
    props.onDone()
    props.onChange(value)
    props.onDone()
  }
  const count = (): void => {
    const { dispatch, closeStep } = document.getState()
    const ref = { node: props.nodeId, input: props.inputName }
    closeStep()
    dispatch({
      type: 'batch',
      actions: [
        { type: 'seed.count', ...ref, counts: !counts },
        ...(shown !== undefined && locked
          ? []
          : [{ type: 'input.set' as const, ...ref, value: shown ?? Math.min(rollSeed(), maximum) }]),
      ],
    })
    closeStep()
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
        aria-label={`${props.label}, one more`}
        title={shown === undefined ? 'Nothing to count on from: no seed was drawn yet' : 'The next seed'}
        disabled={shown === undefined}
        onClick={() => set(shown === undefined || shown >= maximum ? 0 : shown + 1)}
      >
        <Plus />
      </button>
      <button
        type="button"
        className="icon-button nodrag"
        aria-pressed={counts && locked}
        aria-label={`${props.label}, counts with each run`}
        title={
          counts && locked
            ? 'One more with each run. Press to keep it'
            : 'Press to have the next seed with each run'
        }
        onClick={count}
      >
        <ListOrdered />
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
