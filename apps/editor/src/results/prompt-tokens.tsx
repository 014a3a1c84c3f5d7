import { Fragment } from 'react'
import type { PromptToken } from '../run/read-tokens.ts'
import { captureScroll } from '../ui/capture-scroll.ts'
import './prompt-tokens.css'

/** A prompt as it is read: tokens in turns of two shades, control tokens in frames, line breaks shown. */
export function PromptTokens({ tokens }: { tokens: readonly PromptToken[] }) {
  const marks = tokens.filter(({ control }) => control).length
  return (
    <>
      <div className="result-text prompt-tokens" tabIndex={0} onPointerEnter={captureScroll}>
        {tokens.map(({ id, text, control }, at) => (
          <Fragment key={at}>
            <span data-control={control || undefined} title={control ? `Control token ${id}` : `Token ${id}`}>
              {text.replaceAll('\n', '⏎')}
            </span>
            {text.endsWith('\n') && <br />}
          </Fragment>
        ))}
      </div>
      <p className="result-note">
        {tokens.length} {tokens.length === 1 ? 'token' : 'tokens'}, {marks} of them control tokens
      </p>
    </>
  )
}
