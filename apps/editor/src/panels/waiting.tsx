import { LoaderCircle, WifiOff } from 'lucide-react'
import { useServer } from '../store/editor-context.ts'
import { Prose } from '../ui/prose.tsx'
import './waiting.css'

/** Before anything can be shown: loading, or waiting for a server that does not answer. */
export function Waiting() {
  const unanswered = useServer((state) => state.unanswered)
  return (
    <div className="waiting" role="status">
      <img src="/favicon.svg" alt="" width="44" height="44" />
      {unanswered ? (
        <>
          <h1>
            <WifiOff aria-hidden /> <Prose text={unanswered.message} />
          </h1>
          {unanswered.hint !== undefined && (
            <p>
              <Prose text={unanswered.hint} />
            </p>
          )}
        </>
      ) : (
        <p className="waiting-line">
          <LoaderCircle className="spin" aria-hidden /> Opening…
        </p>
      )}
    </div>
  )
}
