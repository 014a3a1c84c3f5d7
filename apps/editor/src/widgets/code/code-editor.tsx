import { history, historyKeymap, standardKeymap } from '@codemirror/commands'
import { bracketMatching, syntaxHighlighting } from '@codemirror/language'
import { setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { Annotation, Compartment, EditorState } from '@codemirror/state'
import { EditorView, keymap, placeholder as placeholderOf } from '@codemirror/view'
import { useEffect, useLayoutEffect, useRef } from 'react'
import type { Warning } from '@woolgather/workflow'
import { captureScroll } from '../../ui/capture-scroll.ts'
import type { CodeFieldProps } from './code-field.tsx'
import { highlighter } from './highlighter.ts'
import { languageOf, lint } from './languages.ts'
import { findPlace } from './find-place.ts'
import './code-editor.css'

/** A warning with its place, unless the text became shorter since it was found. */
function diagnosticOf({ from, to, message, hint }: Warning, length: number): Diagnostic[] {
  if (from === undefined || to === undefined || to > length) return []
  return [{ from, to, severity: 'warning', message: hint === undefined ? message : `${message} ${hint}` }]
}

/** Marks a change that came from the document: it is not told back. */
const fromOutside = Annotation.define<boolean>()

/** CodeMirror on one input. Tab leaves it, as any field; undo inside it is its own while one types. */
export function CodeEditor(props: CodeFieldProps) {
  const { id, label, language, text, invalid, problem, warnings, placeholder } = props
  const box = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const attributes = useRef(new Compartment())
  const latest = useRef(props)
  useLayoutEffect(() => {
    latest.current = props
  })

  useLayoutEffect(() => {
    const tell = ({ doc }: EditorState): void => {
      if (doc.toString() !== latest.current.text) latest.current.onText(doc.toString())
    }
    const editor = new EditorView({
      parent: box.current!,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: [
          history(),
          languageOf(language),
          keymap.of([...historyKeymap, ...standardKeymap]),
          bracketMatching(),
          syntaxHighlighting(highlighter),
          EditorView.lineWrapping,
          placeholderOf(placeholder),
          attributes.current.of([]),
          EditorView.updateListener.of((update) => {
            const told = update.transactions.some((change) => change.annotation(fromOutside))
            // Words that are being composed are told once they stand.
            if (update.docChanged && !told && !update.view.compositionStarted) tell(update.state)
          }),
          EditorView.domEventHandlers({
            blur: () => latest.current.onDone(),
            compositionend: (_, { state }) => void setTimeout(() => tell(view.current?.state ?? state)),
          }),
        ],
      }),
    })
    view.current = editor
    return () => editor.destroy()
  }, [language, placeholder])

  useEffect(() => {
    const editor = view.current!
    const now = editor.state.doc.toString()
    if (now === text) return
    editor.dispatch({
      changes: { from: 0, to: now.length, insert: text },
      annotations: fromOutside.of(true),
    })
  }, [text])

  useEffect(() => {
    const named = EditorView.contentAttributes.of({
      id,
      'aria-label': label,
      'aria-multiline': 'true',
      ...(invalid && { 'aria-invalid': 'true' }),
    })
    view.current!.dispatch({ effects: attributes.current.reconfigure(named) })
  }, [id, label, invalid, language, placeholder])

  useEffect(() => {
    const { state } = view.current!
    const place = problem && findPlace(problem.where, state)
    const wrong = place ? [{ ...place, severity: 'error' as const, message: problem!.message }] : []
    const doubtful = (warnings ?? []).flatMap((warning) => diagnosticOf(warning, state.doc.length))
    // All at once: each call takes the marks of the one before away.
    const marks = [...lint(language, view.current!), ...wrong, ...doubtful]
    view.current!.dispatch(setDiagnostics(state, marks))
  }, [text, problem, warnings, language, placeholder])

  return (
    <div
      ref={box}
      className="control code-editor nodrag nopan"
      data-language={language}
      data-invalid={invalid || undefined}
      onPointerEnter={captureScroll}
    />
  )
}
