import type { ControlProps } from './control-props.ts'
import { NumberField, type NumberRange } from './number-field.tsx'
import './slider-control.css'

export interface SliderRange extends NumberRange {
  minimum: number
  maximum: number
}

/** A slider for feeling one's way, and a field for exact values. */
export function SliderControl({ range, ...props }: ControlProps & { range: SliderRange }) {
  const value = typeof props.value === 'number' ? props.value : props.fallback
  const position =
    typeof value === 'number' ? Math.min(range.maximum, Math.max(range.minimum, value)) : range.minimum
  const filled = ((position - range.minimum) / (range.maximum - range.minimum)) * 100
  return (
    <div className="slider-control">
      <input
        type="range"
        className="slider nodrag"
        aria-label={`${props.label}, slider`}
        min={range.minimum}
        max={range.maximum}
        step={range.step}
        value={position}
        style={{ '--filled': `${filled}%` } as React.CSSProperties}
        onChange={(event) => props.onChange(Number(event.target.value))}
        onPointerUp={props.onDone}
        onBlur={props.onDone}
      />
      <NumberField props={props} range={range} id={props.id} placeholder={props.placeholder} />
    </div>
  )
}
