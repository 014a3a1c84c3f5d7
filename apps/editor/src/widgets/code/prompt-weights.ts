import { Prec, RangeSetBuilder, type Extension } from '@codemirror/state'
import {
  Decoration,
  keymap,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type PluginValue,
  type ViewUpdate,
} from '@codemirror/view'
import { markPrompt, type PromptMark } from '@woolgather/workflow'
import { adjustWeight } from './adjust-weight.ts'

const step = 0.1

/** What a prompt says, as it is coloured. */
class WeightMarks implements PluginValue {
  marks: DecorationSet

  constructor(view: EditorView) {
    this.marks = markWords(view.state.doc.toString())
  }

  update({ docChanged, state }: ViewUpdate): void {
    if (docChanged) this.marks = markWords(state.doc.toString())
  }
}

/** Colours a weighted prompt by what each part counts; Ctrl+Up and Ctrl+Down change the selected words. */
export const promptWeights: Extension = [
  ViewPlugin.fromClass(WeightMarks, { decorations: ({ marks }) => marks }),
  Prec.high(
    keymap.of([
      { key: 'Mod-ArrowUp', run: (view) => weigh(view, step) },
      { key: 'Mod-ArrowDown', run: (view) => weigh(view, -step) },
    ]),
  ),
]

function weigh(view: EditorView, by: number): boolean {
  const { main } = view.state.selection
  const text = view.state.doc.toString()
  const adjusted = adjustWeight(text, main, by)
  if (adjusted)
    view.dispatch({
      changes: { from: 0, to: text.length, insert: adjusted.text },
      selection: { anchor: adjusted.from, head: adjusted.to },
      userEvent: 'input.weight',
    })
  return true
}

function markWords(prompt: string): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>()
  for (const mark of markPrompt(prompt)) {
    const decoration = decorationOf(mark)
    if (decoration && mark.from < mark.to) builder.add(mark.from, mark.to, decoration)
  }
  return builder.finish()
}

function decorationOf({ kind, weight }: PromptMark): Decoration | undefined {
  if (kind !== 'text') return Decoration.mark({ class: 'code-operator' })
  if (weight === 1) return undefined
  const strength = Math.min(1, Math.abs(weight - 1)).toFixed(2)
  return Decoration.mark({
    class: weight > 1 ? 'weight-more' : 'weight-less',
    attributes: { style: `--strength: ${strength}`, title: `counts ${Number(weight.toFixed(2))}` },
  })
}
