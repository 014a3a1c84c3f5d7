// React Flow as its documentation shows it: plain nodes, and one with a text field.
import { applyNodeChanges, Handle, Position, ReactFlow } from '@xyflow/react'
import { createElement, useCallback, useState } from 'react'
import { createRoot } from 'react-dom/client'
import '@xyflow/react/dist/style.css'

const count = Number(new URLSearchParams(location.search).get('nodes'))

/** As many nodes, at the same places and linked alike, as `chains` has them. */
function chains() {
  const nodes = [
    { id: 'note', type: 'note', position: { x: -420, y: 0 }, data: { text: '' }, dragHandle: '.head' },
  ]
  const edges = []
  for (let i = 0; i < (count - 1) / 6; i++) {
    const [left, top] = [(i % 10) * 2300, Math.floor(i / 10) * 760]
    const places = [
      [0, 0],
      [0, 320],
      [360, 320],
      [720, 0],
      [1080, 0],
      [1440, 0],
    ]
    places.forEach(([x, y], at) =>
      nodes.push({
        id: `${at}-${i}`,
        position: { x: left + x, y: top + y },
        data: { label: `Node ${at} of ${i}` },
      }),
    )
    for (const [from, to] of [
      [0, 3],
      [1, 2],
      [2, 3],
      [3, 4],
      [3, 5],
    ])
      edges.push({ id: `${from}-${to}-${i}`, source: `${from}-${i}`, target: `${to}-${i}` })
  }
  return { nodes, edges }
}

const start = chains()

function Note({ id, data }) {
  return createElement(
    'div',
    { 'data-node-id': id, style: { width: 200, background: 'white', border: '1px solid' } },
    createElement('header', { className: 'head' }, 'Note'),
    createElement('textarea', {
      className: 'nodrag',
      value: data.text,
      onChange: ({ target }) => data.set(target.value),
    }),
    createElement(Handle, { type: 'source', position: Position.Right }),
  )
}

const nodeTypes = { note: Note }

function App() {
  const [nodes, setNodes] = useState(start.nodes)
  const change = useCallback((changes) => setNodes((before) => applyNodeChanges(changes, before)), [])
  const set = useCallback(
    (text) =>
      setNodes((before) =>
        before.map((node) => (node.id === 'note' ? { ...node, data: { ...node.data, text } } : node)),
      ),
    [],
  )
  start.nodes[0].data.set ??= set
  return createElement(ReactFlow, {
    nodes,
    edges: start.edges,
    nodeTypes,
    onNodesChange: change,
    minZoom: 0.01,
    fitView: true,
    onInit: (flow) => (window.flow = flow),
  })
}

createRoot(document.getElementById('root')).render(createElement(App))
