import type { NodeProps } from '@xyflow/react'
import { ArrowUp, LogIn, LogOut, X } from 'lucide-react'
import { memo } from 'react'
import { linksInto, portTypeNamed } from '../document/inputs-of.ts'
import { inputsNode, newPort, subgraphAt } from '../document/scope.ts'
import { useDocument, useFront, useNode } from '../store/editor-context.ts'
import { Port } from './port.tsx'
import { useRemeasure } from './use-remeasure.ts'
import './node-card.css'
import './border-node.css'

const noPorts: { name: string; type: string }[] = []

/** The border of a subgraph, seen from inside: its inputs as a node of outputs, its outputs as a node of inputs. */
export const BorderNode = memo(function BorderNode({ id, selected }: NodeProps) {
  const side = id === inputsNode ? 'inputs' : 'outputs'
  const subgraph = useDocument(({ history, path }) => subgraphAt(history.present, path))
  const ports = useDocument(({ history }) => history.present.subgraphs?.[subgraph ?? '']?.[side] ?? noPorts)
  useRemeasure(id, ports.map(({ name }) => name).join('\n'))
  if (subgraph === undefined) return null
  const title = side === 'inputs' ? 'Inputs' : 'Outputs'
  const Icon = side === 'inputs' ? LogIn : LogOut
  return (
    <article
      className="node border-node"
      data-node-id={id}
      data-selected={selected || undefined}
      data-side={side}
      aria-label={`${title} of the subgraph`}
    >
      <header className="node-header" title={`What the subgraph ${side === 'inputs' ? 'is given' : 'gives'}`}>
        <Icon className="node-icon" aria-hidden />
        <h3 className="node-title">{title}</h3>
      </header>
      <div className="border-ports">
        {ports.map((port, at) => (
          <BorderPort key={port.name} id={id} side={side} subgraph={subgraph} port={port} first={at === 0} />
        ))}
        <div className="port-row border-port" data-input={newPort}>
          <Port
            node={id}
            name={newPort}
            type="any"
            side={side === 'inputs' ? 'output' : 'input'}
            label={side === 'inputs' ? 'new input' : 'new output'}
          />
          <span className="port-name">Link to add {side === 'inputs' ? 'an input' : 'an output'}</span>
        </div>
      </div>
    </article>
  )
})

interface BorderPortProps {
  id: string
  side: 'inputs' | 'outputs'
  subgraph: string
  port: { name: string; type: string }
  first: boolean
}

function BorderPort({ id, side, subgraph, port: { name, type }, first }: BorderPortProps) {
  const linked = useNode(id)
  const { dispatch } = useFront().document.getState()
  const what = side === 'inputs' ? 'input' : 'output'
  const rename = (to: string): void =>
    dispatch({ type: 'subgraph.renamePort', id: subgraph, side, name, to: to.trim() })
  return (
    <div className="port-row border-port" data-input={name}>
      <Port
        node={id}
        name={name}
        type={portTypeNamed(type)}
        side={side === 'inputs' ? 'output' : 'input'}
        label={name}
        linked={side === 'outputs' && linked !== undefined && linksInto(linked, name).length > 0}
      />
      <input
        className="border-name nodrag"
        aria-label={`Name of the ${what} ${name}`}
        defaultValue={name}
        maxLength={200}
        onBlur={(event) => rename(event.currentTarget.value)}
        onKeyDown={(event) => {
          event.stopPropagation()
          if (event.key === 'Escape') event.currentTarget.value = name
          if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      {!first && (
        <button
          type="button"
          className="icon-button nodrag"
          aria-label={`Move the ${what} ${name} up`}
          title="Move up"
          onClick={() => dispatch({ type: 'subgraph.movePort', id: subgraph, side, name, by: -1 })}
        >
          <ArrowUp />
        </button>
      )}
      <button
        type="button"
        className="icon-button nodrag"
        aria-label={`Remove the ${what} ${name}`}
        title={`Remove, with its links`}
        onClick={() => dispatch({ type: 'subgraph.removePort', id: subgraph, side, name })}
      >
        <X />
      </button>
    </div>
  )
}
