import { memo, type CSSProperties } from 'react'
import type { CanvasPlace } from '@woolgather/workflow'
import './canvas-text.css'

export interface CanvasTextProps {
  places: readonly CanvasPlace[]
  /** What was set in this step is lit. */
  step: number
}

/** A canvas: holes as soft blocks, tokens shaded by how sure the model was, those of the last step lit. */
export const CanvasText = memo(function CanvasText({ places, step }: CanvasTextProps) {
  return (
    <>
      {places.map((place, at) =>
        place === null ? (
          <span key={at} className="canvas-hole" aria-hidden />
        ) : (
          <span
            key={at}
            className="canvas-token"
            data-new={(step > 0 && place.step === step) || undefined}
            title={
              place.probability === null ? undefined : `${percent(place.probability)}, step ${place.step}`
            }
            style={{ '--doubt': doubt(place.probability) } as CSSProperties}
          >
            {place.text}
          </span>
        ),
      )}
    </>
  )
})

/** 0 for certain or given, 1 for one in a hundred or less: half-way at one in ten, as surprise is felt. */
export function doubt(probability: number | null): number {
  if (probability === null) return 0
  return Math.min(1, Math.max(0, -Math.log(probability) / Math.log(100)))
}

function percent(probability: number): string {
  return probability >= 0.1 ? `${(100 * probability).toFixed(0)}%` : `${(100 * probability).toFixed(1)}%`
}
