import { ensureSyntaxTree, type syntaxTree } from '@codemirror/language'
import type { EditorState, Text } from '@codemirror/state'
import type { SourcePlace } from '@woolgather/workflow'

type SyntaxNode = ReturnType<typeof syntaxTree>['topNode']

export interface Place {
  from: number
  to: number
}

/** Milliseconds that reading a long document may take, to find a path in it: once for each problem, not while typing. */
const patience = 500

/**
 * What to mark of a text for a problem: the place it names, or else, of a text that is JSON, where that breaks off.
 * Nothing where neither is known.
 */
export function findPlace(where: SourcePlace | undefined, state: EditorState): Place | undefined {
  const { path, line, column, position } = where ?? {}
  if (path !== undefined) return placeOfPath(path, state)
  if (line !== undefined) return placeInLine(line, column, state.doc)
  return position === undefined ? brokenPlace(state) : placeAt(position, state.doc)
}

/** Where the syntax of a language that is known whole is broken first. */
function brokenPlace(state: EditorState): Place | undefined {
  let place: Place | undefined
  ensureSyntaxTree(state, state.doc.length, patience)?.iterate({
    enter: ({ type, from }) => {
      if (type.isError) place ??= placeAt(from, state.doc)
      return place === undefined
    },
  })
  return place
}

function placeInLine(number: number, column: number | undefined, text: Text): Place | undefined {
  if (number < 1 || number > text.lines) return undefined
  const line = text.line(number)
  if (column === undefined) return { from: line.from, to: line.to }
  const from = Math.min(line.from + column - 1, line.to)
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
  for (const step of path.split('/').slice(1)) {
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
