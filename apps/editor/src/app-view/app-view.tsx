import { Check, Settings2 } from 'lucide-react'
import { useMemo, useState } from 'react'
import { readAppForm, type AppPart } from '../document/app-items.ts'
import { useDocument, useServer } from '../store/editor-context.ts'
import { AppField } from './app-field.tsx'
import { AppResult } from './app-result.tsx'
import { ArrangeApp } from './arrange-app.tsx'
import './app-view.css'

/** The workflow as a form: chosen inputs on one side, what comes out on the other, and no graph. */
export function AppView() {
  const workflow = useDocument(({ history }) => history.present)
  const types = useServer((state) => state.byType)
  const [arranging, setArranging] = useState(false)
  const form = useMemo(() => readAppForm(workflow, types), [workflow, types])
  const key = ({ item }: AppPart): string => `${item.node}/${item.input ?? ''}`
  const inputs = form.parts.filter((part) => part.kind === 'input')
  const results = form.parts.filter((part) => part.kind === 'result')
  return (
    <div className="app-view">
      <div className="app-sheet">
        <header className="app-head">
          <h1>{workflow.name === '' ? 'Untitled' : workflow.name}</h1>
          <button
            type="button"
            className="button quiet"
            aria-pressed={arranging}
            onClick={() => setArranging(!arranging)}
          >
            {arranging ? <Check /> : <Settings2 />} {arranging ? 'Done' : 'Arrange'}
          </button>
        </header>
        {arranging ? (
          <ArrangeApp form={form} />
        ) : (
          <div className="app-columns">
            <section className="app-inputs" aria-label="Inputs">
              {inputs.map((part) => (
                <AppField key={key(part)} part={part} />
              ))}
              {inputs.length === 0 && <p className="app-none">Nothing to fill in: press Run.</p>}
            </section>
            <section className="app-results" aria-label="Results">
              {results.map((part) => (
                <AppResult key={key(part)} item={part.item} />
              ))}
              {results.length === 0 && (
                <p className="app-none">No result is shown. Choose one under Arrange.</p>
              )}
            </section>
          </div>
        )}
      </div>
    </div>
  )
}
