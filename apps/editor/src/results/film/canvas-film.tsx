import { Film, Pause, Play } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { lastStep, placesAt, type SetToken } from '../../run/read-canvas.ts'
import { captureScroll } from '../../ui/capture-scroll.ts'
import { CanvasText } from '../canvas-text.tsx'
import { frameMs } from '../film-pace.ts'
import './canvas-film.css'

export interface CanvasFilmProps {
  tokens: readonly SetToken[]
  title: string
  /** Saves it as a file; absent: it cannot be saved from here. */
  onSave?: (() => void) | undefined
}

/** A text as it came out of its canvas: one goes back and forth through the steps, or lets them play. */
export function CanvasFilm({ tokens, title, onSave }: CanvasFilmProps) {
  const last = useMemo(() => lastStep(tokens), [tokens])
  const [chosen, setChosen] = useState<number>()
  const [started, setStarted] = useState(false)
  const step = Math.min(chosen ?? last, last)
  const playing = started && step < last
  useEffect(() => {
    if (!playing) return
    const timer = setInterval(() => setChosen((before = 0) => Math.min(last, before + 1)), frameMs(last))
    return () => clearInterval(timer)
  }, [playing, last])
  const places = useMemo(() => placesAt(tokens, step), [tokens, step])
  const play = (): void => {
    if (!playing && step === last) setChosen(0)
    setStarted(!playing)
  }
  return (
    <div className="canvas-film">
      <div className="result-text" tabIndex={0} onPointerEnter={captureScroll}>
        <CanvasText places={places} step={step === last ? 0 : step} />
      </div>
      {last > 0 && (
        <div className="film-controls">
          <button
            type="button"
            className="icon-button"
            aria-label={playing ? 'Stop' : 'Play the steps'}
            title={playing ? 'Stop' : 'Play the steps'}
            onClick={play}
          >
            {playing ? <Pause /> : <Play />}
          </button>
          <input
            type="range"
            min={0}
            max={last}
            value={step}
            aria-label={`${title}: step`}
            aria-valuetext={`step ${step} of ${last}`}
            onChange={({ target }) => {
              setStarted(false)
              setChosen(Number(target.value))
            }}
          />
          <span className="film-step">
            {step}/{last}
          </span>
          {onSave && (
            <button
              type="button"
              className="icon-button"
              aria-label="Save as an animated picture"
              title="Save as an animated picture, with the workflow in it"
              onClick={onSave}
            >
              <Film />
            </button>
          )}
        </div>
      )}
    </div>
  )
}
