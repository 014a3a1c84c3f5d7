import { useState, type CSSProperties, type KeyboardEvent } from 'react'
import type { TokenChance, WrittenToken } from '../run/read-tokens.ts'
import './token-text.css'

/** Text coloured by how likely each token was; pointing at one, or the arrows, show what could have stood there. */
export function TokenText({ tokens }: { tokens: readonly WrittenToken[] }) {
  const [pointed, setPointed] = useState<number>()
  const key = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    event.stopPropagation()
    setPointed(Math.max(0, Math.min(tokens.length - 1, (pointed ?? -1) + step)))
  }
  const token = pointed === undefined ? undefined : tokens[pointed]
  return (
    <div className="token-text">
      <div
        className="token-run"
        role="group"
        tabIndex={0}
        aria-label="Text, coloured by how likely each token was. Left and right arrows go through the tokens."
        onKeyDown={key}
        onPointerLeave={() => setPointed(undefined)}
      >
        {tokens.map(({ text, logprob }, at) => (
          <span
            key={at}
            className="token"
            data-pointed={at === pointed || undefined}
            style={{ '--doubt': doubt(logprob) } as CSSProperties}
            onPointerEnter={() => setPointed(at)}
          >
            {text}
          </span>
        ))}
      </div>
      <div className="token-facts" aria-live="polite">
        {token ? (
          <Chances token={token} />
        ) : (
          <p className="token-legend">
            <span className="token-scale" aria-hidden /> likely to unlikely · point at a token
          </p>
        )}
      </div>
    </div>
  )
}

/** The token and its alternatives as bars. */
function Chances({ token }: { token: WrittenToken }) {
  const others = token.alternatives.filter(({ text }) => text !== token.text)
  const all = [token, ...others].sort((a, b) => b.logprob - a.logprob)
  return (
    <ul>
      {all.map((chance, at) => (
        <li key={at} data-written={chance === token || undefined}>
          <code>{visible(chance)}</code>
          <span className="token-bar" style={{ '--share': Math.exp(chance.logprob) } as CSSProperties} />
          <span className="token-share">{percent(chance.logprob)}</span>
        </li>
      ))}
    </ul>
  )
}

/** 0 for certain, 1 for one in a hundred or less: half-way at one in ten, as surprise is felt. */
function doubt(logprob: number): number {
  return Math.min(1, Math.max(0, -logprob / Math.log(100)))
}

function percent(logprob: number): string {
  const share = Math.exp(logprob) * 100
  return share >= 10 ? `${share.toFixed(0)}%` : share >= 0.1 ? `${share.toFixed(1)}%` : '<0.1%'
}

/** Spaces and line breaks are most of what tokens differ in. */
function visible({ text }: TokenChance): string {
  return text.replaceAll(' ', '␣').replaceAll('\n', '⏎') || '∅'
}
