import type { AppItem, NodeDescription, Workflow } from '@woolgather/workflow'
import { chooseControl, type Control } from './choose-control.ts'
import { inputsOf, linksInto, type NodeInput } from './inputs-of.ts'

type Types = ReadonlyMap<string, NodeDescription>

/** A part of the form, with what it stands for. */
export type AppPart =
  | { kind: 'input'; item: AppItem & { input: string }; input: NodeInput; control: Control }
  | { kind: 'result'; item: AppItem }

export interface AppForm {
  parts: AppPart[]
  /** Somebody chose the parts; else they are what the workflow suggests. */
  chosen: boolean
}

/** The form of a workflow: what was chosen for it, as far as it is there and not linked, or else a suggestion. */
export function readAppForm(workflow: Workflow, types: Types): AppForm {
  const chosen = partsOf(workflow.app ?? [], workflow, types)
  if (chosen.some(({ kind }) => kind === 'result')) return { parts: chosen, chosen: true }
  const suggested = possibleParts(workflow, types).filter((part) => isSuggested(part, workflow, types))
  if (chosen.length === 0) return { parts: suggested, chosen: false }
  // A form without any result is of no use: as long as none is chosen, the ends of the graph are shown.
  return { parts: [...chosen, ...suggested.filter(({ kind }) => kind === 'result')], chosen: true }
}

/** Everything a form of this workflow could hold: inputs to fill in, then what its nodes make. */
export function possibleParts(workflow: Workflow, types: Types): AppPart[] {
  const ids = Object.keys(workflow.nodes)
  const inputs = ids.flatMap((node) => {
    const { type } = workflow.nodes[node]!
    return inputsOf(workflow.nodes[node]!, types.get(type), workflow.nodes).map(({ name }) => ({
      node,
      input: name,
    }))
  })
  return partsOf([...inputs, ...ids.map((node) => ({ node }))], workflow, types)
}

function partsOf(items: readonly AppItem[], { nodes }: Workflow, types: Types): AppPart[] {
  return items.flatMap((item): AppPart[] => {
    const node = nodes[item.node]
    const type = node && types.get(node.type)
    if (!node || !type) return []
    const { input: name } = item
    if (name === undefined) return type.outputs.length > 0 || type.sink ? [{ kind: 'result', item }] : []
    const input = inputsOf(node, type, nodes).find((known) => known.name === name)
    if (!input || linksInto(node, name).length > 0) return []
    const control = chooseControl(input, type)
    if (control.kind === 'none' || control.kind === 'zone-start') return []
    return [{ kind: 'input', item: { ...item, input: name }, input, control }]
  })
}

/** What people would change first, and what the workflow is for: fields that are not advanced, and its ends. */
function isSuggested(part: AppPart, { nodes }: Workflow, types: Types): boolean {
  if (part.kind === 'input') return part.input.advanced !== true && part.control.kind !== 'model'
  const feeds = Object.values(nodes).some((node) =>
    Object.keys(node.links ?? {}).some((input) =>
      linksInto(node, input).some(([from]) => from === part.item.node),
    ),
  )
  return !feeds || types.get(nodes[part.item.node]!.type)?.sink === true
}

export function sameItem(a: AppItem, b: AppItem): boolean {
  return a.node === b.node && a.input === b.input
}

/** The list with an item moved by some places, as far as there are any. */
export function moveItem(items: readonly AppItem[], at: number, by: number): AppItem[] {
  const moved = items.filter((_, index) => index !== at)
  moved.splice(Math.max(0, at + by), 0, ...items.slice(at, at + 1))
  return moved
}
