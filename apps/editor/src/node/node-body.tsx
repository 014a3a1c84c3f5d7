import { ChevronDown, ChevronRight } from 'lucide-react'
import { Fragment, useState } from 'react'
import type { NodeDescription, OutputDescription, WorkflowNode } from '@woolgather/workflow'
import type { NodeInput } from '../document/inputs-of.ts'
import { useProblems } from '../store/editor-context.ts'
import { trainer } from '../document/training-plan.ts'
import { chooseControl } from '../document/choose-control.ts'
import { titleOf } from '../ui/describe-node.ts'
import { InputField } from './input-field.tsx'
import { InputPort } from './input-port.tsx'
import { NodeMessages } from './node-messages.tsx'
import { NodeResult } from './node-result.tsx'
import { NodeWarnings } from './node-warnings.tsx'
import { OutputPort } from './output-port.tsx'
import { PromptPreview } from './prompt-preview.tsx'
import { TrainingMemory } from './training-memory.tsx'
import './node-body.css'

export interface NodeBodyProps {
  id: string
  node: WorkflowNode
  description: NodeDescription | undefined
  inputs: NodeInput[]
  outputs: OutputDescription[]
}

/** Ports in two columns, then fields, then what is folded away, then what came out. */
export function NodeBody({ id, node, description, inputs, outputs }: NodeBodyProps) {
  const [showAll, setShowAll] = useState(false)
  const issues = useProblems((state) => state.byNode[id])
  const faulty = new Set(issues?.map(({ input }) => input))
  const isSet = ({ name }: NodeInput): boolean =>
    node.inputs?.[name] !== undefined || node.links?.[name] !== undefined || faulty.has(name)
  const ports = inputs.filter((input) => chooseControl(input, description).kind === 'none')
  const fields = inputs.filter((input) => chooseControl(input, description).kind !== 'none')
  const plain = fields.filter((input) => !input.advanced)
  const advanced = fields.filter((input) => input.advanced)
  const shown = showAll ? advanced : advanced.filter(isSet)
  const nodeTitle = titleOf(node, description)
  // What a template makes of a prompt is shown beneath it.
  const readUnder =
    node.inputs?.['template'] === 'custom' && [...plain, ...shown].some(({ name }) => name === 'jinja')
      ? 'jinja'
      : 'template'
  const field = (input: NodeInput) => (
    <Fragment key={input.name}>
      <InputField
        id={id}
        nodeTitle={nodeTitle}
        node={node}
        input={input}
        control={chooseControl(input, description)}
      />
      {input.name === readUnder && <PromptPreview id={id} title={nodeTitle} />}
    </Fragment>
  )
  return (
    <>
      {!description && <UnknownType node={node} />}
      {(ports.length > 0 || outputs.length > 0) && (
        <div className="node-ports">
          <div className="ports-in">
            {ports.map((input) => (
              <InputPort key={input.name} id={id} node={node} input={input} />
            ))}
          </div>
          <div className="ports-out">
            {outputs.map((output) => (
              <OutputPort key={output.name} id={id} output={output} alone={outputs.length === 1} />
            ))}
          </div>
        </div>
      )}
      {plain.length > 0 && (
        <div className="node-fields">
          {plain.map(field)}
          {node.type === trainer && <TrainingMemory id={id} />}
        </div>
      )}
      {advanced.length > 0 && (
        <div className="node-advanced">
          <button
            type="button"
            className="advanced-toggle nodrag"
            aria-expanded={showAll}
            aria-label={`${nodeTitle}: Advanced ${advanced.length}`}
            onClick={() => setShowAll(!showAll)}
          >
            {showAll ? <ChevronDown /> : <ChevronRight />}
            Advanced <span className="count">{advanced.length}</span>
          </button>
          {shown.length > 0 && <div className="node-fields">{shown.map(field)}</div>}
        </div>
      )}
      <NodeResult id={id} description={description} title={nodeTitle} />
      <NodeMessages id={id} fields={fields.map(({ name }) => name)} />
      <NodeWarnings id={id} description={description} />
    </>
  )
}

/** A node this server does not know: what it is and what was typed in it, to be read and moved but not changed. */
function UnknownType({ node }: { node: WorkflowNode }) {
  return (
    <div className="node-unknown">
      <p>
        This server has no node <code>{node.type}</code>. Its settings and links are kept.
      </p>
      {Object.entries(node.inputs ?? {}).map(([name, value]) => (
        <p key={name} className="unknown-input">
          <span>{name}</span> {typeof value === 'string' ? value : JSON.stringify(value)}
        </p>
      ))}
    </div>
  )
}
