import { X } from 'lucide-react'
import type { Json, WorkflowNode } from '@woolgather/workflow'
import { linksInto, type NodeInput } from '../document/inputs-of.ts'
import { useEditor, useProblems } from '../store/editor-context.ts'
import { Port } from './port.tsx'

/** An input that can only be linked: its handle and name. */
export function InputPort({ id, node, input }: { id: string; node: WorkflowNode; input: NodeInput }) {
  const editor = useEditor()
  const issue = useProblems((state) => state.byNode[id]?.find((found) => found.input === input.name))
  const linked = linksInto(node, input.name).length > 0
  const literal = showLiteral(node.inputs?.[input.name])
  const remove = (): void => {
    const links = linksInto(node, input.name)
    editor.front.document.getState().dispatch({
      type: 'batch',
      actions: [
        ...links.map((from) => ({ type: 'link.remove' as const, node: id, input: input.name, from })),
        { type: 'input.clear', node: id, input: input.name },
      ],
    })
  }
  return (
    <div
      className="port-row in"
      data-input={input.name}
      data-faulty={issue !== undefined || undefined}
      data-optional={!input.required || undefined}
      title={issue ? `${issue.message} ${issue.hint ?? ''}` : input.description}
    >
      <Port node={id} name={input.name} type={input.type} side="input" label={input.title} linked={linked} />
      <span className="port-name">{input.title}</span>
      {literal !== undefined && <span className="port-value">{literal}</span>}
      {input.orphan && (
        <button
          type="button"
          className="icon-button nodrag"
          aria-label={`Remove ${input.title}`}
          onClick={remove}
        >
          <X />
        </button>
      )}
    </div>
  )
}

/** What a file sets by hand where there is no field for it: shown, so that nothing in a workflow is hidden. */
function showLiteral(value: Json | undefined): string | undefined {
  if (value === undefined) return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}
