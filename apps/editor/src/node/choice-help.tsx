import './choice-help.css'

/** Under a field where one thing is chosen of several: what it is, and unfolded, its details. */
export function ChoiceHelp({ text }: { text: string }) {
  const [summary, ...details] = text.split('\n')
  if (details.length === 0) return <p className="choice-help">{summary}</p>
  return (
    <details className="choice-help nodrag">
      <summary>{summary}</summary>
      <ul>
        {details.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  )
}
