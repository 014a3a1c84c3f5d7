import { X } from 'lucide-react'
import type { WorkflowNode } from '@woolgather/workflow'
import { linksInto, type NodeInput } from '../document/inputs-of.ts'
import { useEditor, useProblems } from '../store/editor-context.ts'
import { Port } from './port.tsx'

/** An input that can only be linked: its handle and name. */
export function InputPort({ id, node, input }: { id: string; node: WorkflowNode; input: NodeInput }) {
  const editor = useEditor()
  const issue = useProblems((state) => state.byNode[id]?.find((found) => found.input === input.name))
  const linked = linksInto(node, input.name).length > 0
  const remove = (): void => {
    const links = linksInto(node, input.name)
    editor.document.getState().dispatch({
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
