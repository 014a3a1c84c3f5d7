import { useMemo } from 'react'
import { useServer, useWorkflow } from '../store/editor-context.ts'
import { titleOf } from '../ui/describe-node.ts'
import { commonProps, type ControlProps } from './control-props.ts'

/** The end of a loop names its start: one of the starts there are. */
export function ZoneStartControl(props: ControlProps) {
  const types = useServer((state) => state.byType)
  const nodes = useWorkflow((workflow) => workflow.nodes)
  const starts = useMemo(
    () =>
      Object.entries(nodes)
        .filter(([, node]) => types.get(node.type)?.zone === 'start')
        .map(([id, node]) => ({ id, title: titleOf(node, types.get(node.type)) })),
    [nodes, types],
  )
  const value = typeof props.value === 'string' ? props.value : ''
  const known = starts.some(({ id }) => id === value)
  return (
    <select
      {...commonProps(props)}
      className="control select nodrag"
      value={value}
      onChange={(event) => props.onChange(event.target.value === '' ? undefined : event.target.value)}
    >
      {!known && <option value={value}>{value === '' ? 'Choose a start' : `${value} (missing)`}</option>}
      {starts.map(({ id, title }) => (
        <option key={id} value={id}>
          {title === id ? id : `${title} (${id})`}
        </option>
      ))}
    </select>
  )
}
