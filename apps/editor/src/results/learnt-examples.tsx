import type { CSSProperties } from 'react'
import type { LearntExample, LearntText } from '@woolgather/workflow'
import './learnt-examples.css'

export interface LearntExamplesProps {
  learnt: LearntText
  /** How many of them are shown. */
  most?: number
}

/** Examples as a model reads them: what it learns is shaded, the darker the more it counts; the rest is only read. */
export function LearntExamples({ learnt: { examples, more }, most = Infinity }: LearntExamplesProps) {
  const shown = examples.slice(0, most)
  const left = more + examples.length - shown.length
  const heaviest = Math.max(...examples.flatMap(({ runs }) => runs.map(({ weight }) => weight)))
  return (
    <div className="learnt-examples">
      <p className="learnt-legend">
        <mark>learnt</mark> <span>only read</span>
      </p>
      <ol>
        {shown.map((example, at) => (
          <Example key={at} example={example} heaviest={heaviest} />
        ))}
      </ol>
      {left > 0 && <p className="result-note">and {left.toLocaleString('en')} more</p>}
    </div>
  )
}

function Example({ example, heaviest }: { example: LearntExample; heaviest: number }) {
  const { name, tokens, learnt, runs, cut } = example
  const count = (number: number): string => number.toLocaleString('en')
  return (
    <li>
      <p className="learnt-facts">
        {name} · {count(learnt)} of {count(tokens)} tokens learnt
      </p>
      <p className="learnt-words">
        {runs.map(({ text, weight }, at) =>
          weight === 0 ? (
            <span key={at}>{text}</span>
          ) : (
            <mark
              key={at}
              title={weight === 1 ? 'Learnt' : `Learnt, counts ${weight}`}
              style={{ '--share': weight / heaviest } as CSSProperties}
            >
              {text}
            </mark>
          ),
        )}
        {cut > 0 && <em> … {count(cut)} more tokens</em>}
      </p>
    </li>
  )
}
