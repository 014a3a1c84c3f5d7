import { useNodeId } from '@xyflow/react'
import type { OutputDescription } from '@woolgather/workflow'
import type { NodeInput } from '../document/inputs-of.ts'
import { Port } from './port.tsx'

/** All ports of a folded node in one place each side, so that its links stay. */
export function CollapsedPorts({ inputs, outputs }: { inputs: NodeInput[]; outputs: OutputDescription[] }) {
  const node = useNodeId() ?? ''
  return (
    <div className="collapsed-ports">
      {inputs.map(({ name, type, title }) => (
        <Port key={`in ${name}`} node={node} name={name} type={type} side="input" label={title} />
      ))}
      {outputs.map(({ name, type }) => (
        <Port key={`out ${name}`} node={node} name={name} type={type} side="output" label={name} />
      ))}
    </div>
  )
}
