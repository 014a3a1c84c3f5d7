import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react'
import type { AppItem } from '@woolgather/workflow'
import { moveItem, possibleParts, sameItem, type AppForm, type AppPart } from '../document/app-items.ts'
import { setApp, shownItems } from '../session/editing/edit-app.ts'
import { useDocument, useEditor, useServer } from '../store/editor-context.ts'
import { titleOf } from '../ui/describe-node.ts'
import { useField } from '../ui/use-field.ts'
import { appTitle } from './app-field.tsx'

/** Which inputs and results the form shows, in which order, and what they are called. */
export function ArrangeApp({ form }: { form: AppForm }) {
  const editor = useEditor()
  const workflow = useDocument(({ history }) => history.present)
  const types = useServer((state) => state.byType)
  const change = (edit: (items: AppItem[]) => AppItem[]): void => setApp(editor, edit(shownItems(editor)))
  const named = (part: AppPart): string => {
    const node = workflow.nodes[part.item.node]
    const title = titleOf(node, node && types.get(node.type))
    return part.kind === 'input' ? appTitle(title, part.input.title) : title
  }
  const left = possibleParts(workflow, types).filter(
    ({ item }) => !form.parts.some((part) => sameItem(part.item, item)),
  )
  return (
    <div className="arrange-app">
      <p className="app-none">
        {form.chosen
          ? 'Inputs stand on the left, results on the right, each in this order.'
          : 'A suggestion: nothing was chosen yet. Any change here keeps it with the workflow.'}
      </p>
      <ol>
        {form.parts.map((part, at) => (
          <li key={`${part.item.node}/${part.item.input ?? ''}`}>
            <span className="app-kind">{part.kind === 'input' ? 'Input' : 'Result'}</span>
            <LabelField
              name={named(part)}
              text={part.item.label ?? ''}
              onText={(typed) =>
                change((items) =>
                  items.map((item, index) =>
                    index === at ? { ...item, label: typed === '' ? undefined : typed } : item,
                  ),
                )
              }
              onDone={() => editor.front.document.getState().closeStep()}
            />
            <ItemButton
              label={`Move ${named(part)} up`}
              disabled={at === 0}
              onClick={() => change((items) => moveItem(items, at, -1))}
            >
              <ArrowUp />
            </ItemButton>
            <ItemButton
              label={`Move ${named(part)} down`}
              disabled={at === form.parts.length - 1}
              onClick={() => change((items) => moveItem(items, at, 1))}
            >
              <ArrowDown />
            </ItemButton>
            <ItemButton
              label={`Leave out ${named(part)}`}
              onClick={() => change((items) => items.filter((_, index) => index !== at))}
            >
              <X />
            </ItemButton>
          </li>
        ))}
      </ol>
      {left.length > 0 && (
        <label className="app-add">
          <Plus aria-hidden /> Add
          <select
            className="control select"
            aria-label="Add to the form"
            value=""
            onChange={({ target: { value } }) => {
              const part = left[Number(value)]
              if (part) change((items) => [...items, part.item])
            }}
          >
            <option value="" disabled>
              an input or a result…
            </option>
            {left.map((part, at) => (
              <option key={at} value={at}>
                {part.kind === 'input' ? 'Input' : 'Result'} · {named(part)}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  )
}

interface ItemButtonProps {
  label: string
  disabled?: boolean
  onClick: () => void
  children: React.ReactNode
}

function ItemButton({ label, disabled = false, onClick, children }: ItemButtonProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  )
}

interface LabelFieldProps {
  name: string
  text: string
  onText: (text: string) => void
  onDone: () => void
}

function LabelField({ name, text, onText, onDone }: LabelFieldProps) {
  return (
    <input
      {...useField<HTMLInputElement>(text, onText)}
      type="text"
      className="control"
      aria-label={`Label of ${name}`}
      placeholder={name}
      maxLength={200}
      onBlur={onDone}
    />
  )
}
