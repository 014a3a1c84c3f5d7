import { ensureSyntaxTree, type syntaxTree } from '@codemirror/language'
import type { EditorState, Text } from '@codemirror/state'

type SyntaxNode = ReturnType<typeof syntaxTree>['topNode']

export interface Place {
  from: number
  to: number
}

/** Milliseconds that reading a long document may take, to find a path in it: once for each problem, not while typing. */
const patience = 500

/**
 * Where a message says that something is wrong. "line 2, column 5" is counted from one, and without a column it is the
 * line; "at position 7" is counted from zero, "at character 8" from one; "#/items/2" is a path in JSON.
 */
export function findPlace(message: string, state: EditorState): Place | undefined {
  const path = /\b(?:at|in) #(\/.*?)(?=: |, which|\.?$)/.exec(message)?.[1]
  if (path !== undefined) return placeOfPath(path, state)
  const [, lineText, columnText] = /line (\d+)(?:,? column (\d+))?/i.exec(message) ?? []
  if (lineText !== undefined) return placeInLine(Number(lineText), columnText, state.doc)
  const [, unit, at] = /at (position|character) (\d+)/i.exec(message) ?? []
  return unit === undefined ? undefined : placeAt(Number(at) - (unit === 'character' ? 1 : 0), state.doc)
}

function placeInLine(number: number, columnText: string | undefined, text: Text): Place | undefined {
  if (number < 1 || number > text.lines) return undefined
  const line = text.line(number)
  if (columnText === undefined) return { from: line.from, to: line.to }
  const from = Math.min(line.from + Number(columnText) - 1, line.to)
  return from < line.to ? { from, to: from + 1 } : { from: Math.max(line.from, from - 1), to: from }
}

/** The character at a place, or the last one where something is missing at the end. */
function placeAt(at: number, text: Text): Place {
  const from = Math.max(0, Math.min(at, text.length - 1))
  return { from, to: Math.min(from + 1, text.length) }
}

/** The name of the property that a JSON pointer leads to, or the item of a list. */
function placeOfPath(path: string, state: EditorState): Place | undefined {
  let value = ensureSyntaxTree(state, state.doc.length, patience)?.topNode.firstChild
  let place: Place | undefined
  for (const step of path.slice(1).split('/')) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    const property = value?.getChildren('Property').find((one) => {
      const name = one.getChild('PropertyName')
      return name !== null && state.sliceDoc(name.from, name.to) === JSON.stringify(key)
    })
    if (property) {
      value = property.lastChild
      place = property.getChild('PropertyName') ?? undefined
    } else {
      value = value?.name === 'Array' ? itemsOf(value)[Number(key)] : undefined
      place = value ?? undefined
    }
  }
  return place && { from: place.from, to: place.to }
}

function itemsOf(list: SyntaxNode): SyntaxNode[] {
  const items: SyntaxNode[] = []
  for (let item = list.firstChild; item; item = item.nextSibling)
    if (/^[A-Z]/.test(item.name)) items.push(item)
  return items
}
