import { commands } from '../commands/commands.ts'
import { keysOf, type Flow } from '../commands/command.ts'
import { placesIn } from '../document/find-place.ts'
import { fuzzyScore } from '../document/search-nodes.ts'
import { presentOf } from '../session/editing/edit-graph.ts'
import type { Editor } from '../store/editor.ts'
import { titleOf } from '../ui/describe-node.ts'
import { familyStyle } from '../ui/family-style.ts'

/** A line of the list that opens at the pointer. */
export interface Choice {
  key: string
  title: string
  detail: string
  hue: number
  family: string
  description?: string
  /** Why it cannot be chosen now. */
  disabledReason?: string | undefined
  choose: () => void
}

type Reveal = (id: string, input: string | undefined, path: readonly string[]) => void

/** The nodes of the workflow, those in subgraphs too, by title, id, type or what is typed in them. */
export function placeChoices(editor: Editor, query: string, reveal: Reveal): Choice[] {
  const types = editor.server.getState().byType
  const scored = placesIn(presentOf(editor)).map(({ id, node, path }) => {
    const description = types.get(node.type)
    const family = description?.family ?? ''
    const title = titleOf(node, description)
    const typed = Object.values(node.inputs ?? {}).filter((value) => typeof value === 'string')
    const inText = typed.some((text) => text.toLowerCase().includes(query.trim().toLowerCase())) ? 0.5 : 0
    const score = Math.max(
      fuzzyScore(query, title) * 2,
      fuzzyScore(query, id),
      fuzzyScore(query, node.type),
      inText,
    )
    const choice: Choice = {
      key: [...path, id].join('/'),
      title,
      detail: [...path, id].join(' / '),
      family,
      hue: familyStyle(family).hue,
      choose: () => reveal(id, undefined, path),
    }
    return { choice, score }
  })
  return best(scored)
}

/** What one can do; of what cannot be done now, why, after what can. */
export function commandChoices(editor: Editor, flow: Flow, query: string): Choice[] {
  const scored = commands.map((command) => ({
    score: fuzzyScore(query, command.title),
    choice: {
      key: command.title,
      title: command.title,
      detail: keysOf(command) || command.group,
      disabledReason: command.disabledReason?.(editor),
      family: '',
      hue: 0,
      choose: () => command.run(editor, flow),
    },
  }))
  const sorted = best(scored)
  return [
    ...sorted.filter(({ disabledReason }) => disabledReason === undefined),
    ...sorted.filter(({ disabledReason }) => disabledReason !== undefined),
  ]
}

function best(scored: readonly { choice: Choice; score: number }[]): Choice[] {
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ choice }) => choice)
}
