import { subgraphPrefix, type Advice, type Issue, type WorkflowNode } from '@woolgather/workflow'

interface Problems {
  issues: readonly Issue[]
  byNode: Readonly<Record<string, readonly Issue[]>>
  adviceByNode: Readonly<Record<string, Advice>>
}

interface Look {
  subgraph: string | undefined
  nodes: Readonly<Record<string, WorkflowNode>>
  problems: Problems
}

const seen = new WeakMap<Problems, Look>()

/**
 * What is wrong as one graph of the workflow sees it: its own nodes by their ids; what is wrong inside a subgraph at
 * the nodes that stand for it. The list of all issues stays as it is.
 */
export function lookIntoProblems<P extends Problems>(
  state: P,
  subgraph: string | undefined,
  nodes: Readonly<Record<string, WorkflowNode>>,
): P {
  const known = seen.get(state)
  if (known?.subgraph === subgraph && (known?.nodes === nodes || known?.problems === state))
    return known.problems as P
  const inSubgraphs = Object.keys(state.byNode).filter((key) => key.startsWith(subgraphPrefix))
  const plain = inSubgraphs.length === 0 && subgraph === undefined
  const problems = plain
    ? state
    : {
        ...state,
        byNode: lookInto(state.byNode, inSubgraphs, subgraph, nodes),
        adviceByNode: ownOf(state.adviceByNode, subgraph, nodes),
      }
  seen.set(state, { subgraph, nodes, problems })
  return problems
}

function lookInto(
  byNode: Problems['byNode'],
  inSubgraphs: readonly string[],
  subgraph: string | undefined,
  nodes: Readonly<Record<string, WorkflowNode>>,
): Problems['byNode'] {
  const own = ownOf(byNode, subgraph, nodes)
  for (const [id, { type }] of Object.entries(nodes)) {
    if (!type.startsWith(subgraphPrefix)) continue
    const inside = inSubgraphs.filter((key) => key === type || key.startsWith(`${type}/`))
    if (inside.length > 0)
      own[id] = [...(own[id] ?? []), ...inside.flatMap((key) => byNode[key]!.map(asInner))]
  }
  return own
}

/** What is told of the nodes that are drawn, by their ids. */
function ownOf<Told>(
  byNode: Readonly<Record<string, Told>>,
  subgraph: string | undefined,
  nodes: Look['nodes'],
): Record<string, Told> {
  const prefix = subgraph === undefined ? '' : `${subgraphPrefix}${subgraph}/`
  const own: Record<string, Told> = {}
  for (const [key, told] of Object.entries(byNode)) {
    const id = key.startsWith(prefix) ? key.slice(prefix.length) : undefined
    if (id !== undefined && nodes[id]) own[id] = told
  }
  return own
}

/** An issue of an inner node, told at the subgraph: the input it names is not one of the subgraph's. */
function asInner(issue: Issue): Issue {
  const { input: _, ...rest } = issue
  return { ...rest, message: `Inside: ${issue.message}` }
}
