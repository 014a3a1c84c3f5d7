import { LoaderCircle, WifiOff } from 'lucide-react'
import { useServer } from '../store/editor-context.ts'

/** Before anything can be shown: loading, or waiting for a server that does not answer. */
export function Waiting() {
  const lost = useServer((state) => state.connection === 'lost')
  return (
    <div className="waiting" role="status">
      <img src="/favicon.svg" alt="" width="44" height="44" />
      {lost ? (
        <>
          <h1>
            <WifiOff aria-hidden /> The server does not answer
          </h1>
          <p>
            Start it with <code>npm start</code>. This page goes on by itself as soon as it is there.
          </p>
        </>
      ) : (
        <p className="waiting-line">
          <LoaderCircle className="spin" aria-hidden /> Opening…
        </p>
      )}
    </div>
  )
}
