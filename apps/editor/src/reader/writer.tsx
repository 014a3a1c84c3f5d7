import { useEffect, useRef, useState } from 'react'
import { titleOf } from '../ui/describe-node.ts'
import type { InputRef } from '../document/actions.ts'
import { chooseControl } from '../document/choose-control.ts'
import { inputsOf, linksInto } from '../document/inputs-of.ts'
import { InputControl } from '../node/input-control.tsx'
import { useEditor, useNode, useProblems, useServer, useWorkflow } from '../store/editor-context.ts'
import { Modal } from '../ui/modal.tsx'
import { FieldProblem } from '../ui/field-problem.tsx'
import { asText } from '../widgets/text-control.tsx'
import { Markdown } from './markdown.tsx'
import { TextBar } from './text-bar.tsx'
import { useFind, useFindInField } from './use-find.ts'
import './reader.css'

/** What is typed into an input, in the whole window: the same field, with all it says and marks. */
export function Writer({ to }: { to: InputRef }) {
  const editor = useEditor()
  const node = useNode(to.node)
  const nodes = useWorkflow((workflow) => workflow.nodes)
  const description = useServer((state) => state.byType.get(node?.type ?? ''))
  const problem = useProblems((state) => state.byNode[to.node]?.find(({ input }) => input === to.input))
  const [mode, setMode] = useState('edit')
  const body = useRef<HTMLDivElement>(null)
  const input = node && inputsOf(node, description, nodes).find(({ name }) => name === to.input)
  const value = node?.inputs?.[to.input] ?? input?.default
  const text = typeof value === 'object' ? JSON.stringify(value, null, 1) : asText(value)
  const rendered = useFind(body, mode === 'edit' ? '' : text)
  const edited = useFindInField(() => fieldIn(body.current), text)
  const gone = !node || !input || linksInto(node, to.input).length > 0
  const close = (): void => editor.workbench.setState({ dialog: undefined })
  useEffect(() => {
    // What is large is fetched only now: the field may come later than its window.
    let left = 100
    const focus = (): void => {
      const field = fieldIn(body.current)
      if (field && !field.contains(document.activeElement)) field.focus()
      else if (!field && left-- > 0) frame = requestAnimationFrame(focus)
    }
    let frame = requestAnimationFrame(focus)
    return () => cancelAnimationFrame(frame)
  }, [mode])
  useEffect(() => {
    if (gone) editor.workbench.setState({ dialog: undefined })
  }, [editor, gone])
  if (gone) return null
  const control = chooseControl(input, description)
  const isWords = control.kind !== 'json' && (control.kind !== 'code' || control.language === 'prompt')
  const title = `${titleOf(node, description)}: ${input.title}`
  return (
    <Modal title={title} full>
      <TextBar
        modes={[
          { id: 'edit', label: 'Edit' },
          { id: 'rendered', label: 'Rendered', disabled: isWords ? undefined : 'Code is no Markdown' },
        ]}
        mode={mode}
        onMode={setMode}
        text={text}
        find={mode === 'edit' ? edited : rendered}
        onClose={close}
      />
      {mode === 'edit' ? (
        <div ref={body} className="text-body text-field">
          <InputControl
            to={to}
            node={node}
            input={input}
            control={control}
            id="large-field"
            label={title}
            problem={problem}
          />
          {problem && <FieldProblem problem={problem} />}
        </div>
      ) : (
        <div ref={body} className="text-body" tabIndex={0} role="region" aria-label={title}>
          <Markdown text={text} />
        </div>
      )}
    </Modal>
  )
}

function fieldIn(body: HTMLElement | null): HTMLElement | null {
  return body?.querySelector<HTMLElement>('textarea, .cm-content') ?? null
}
