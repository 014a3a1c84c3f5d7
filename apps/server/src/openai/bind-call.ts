import {
  apiInputs,
  apiOutputs,
  bindInputs,
  isLink,
  WoolgatherError,
  type Descriptions,
  type Json,
  type Workflow,
} from '@woolgather/workflow'
import { parameters, type Parameter, type ParameterName } from './parameters.ts'
import type { ChatMessage, ModelCall } from './requests.ts'

/** Whether a workflow can be called as a model. */
export function isCallable(workflow: Workflow): boolean {
  return apiInputs(workflow).length > 0 && apiOutputs(workflow).length > 0
}

/** A setting that would change the answer, and that nothing in the workflow takes. */
export class UnboundParameter extends WoolgatherError {
  readonly param: string

  constructor(param: string) {
    super('unknown-input', `This workflow cannot take “${param}”.`, {
      hint: `Give it an api/input of that name, or link its api/output to the text of a node that generates and takes it.`,
    })
    this.param = param
  }
}

/** One answer of several to the same call. */
export interface Asked {
  messages: ChatMessage[]
  /** Which of the answers to the same messages. */
  copy: number
}

/**
 * The workflow with what a client sent in its `api/input` nodes: `messages` gets the conversation, `prompt` its last
 * user message, `system` its system message, and `temperature`, `stop` and the like what was set. Where neither of
 * the first two is there, the first input without such a name gets the last user message. What was set and has no
 * `api/input` goes to the node that generates the answer.
 * @throws UnboundParameter
 */
export function bindCall(
  workflow: Workflow,
  call: ModelCall,
  { messages, copy }: Asked,
  types: Descriptions,
): Workflow {
  const last = messages.findLast(({ role }) => role === 'user')?.content ?? messages.at(-1)?.content ?? ''
  const system = messages.find(({ role }) => role === 'system')?.content
  const values = new Map<string, Json>()
  for (const [name, value] of Object.entries(call.settings)) {
    for (const alias of namesOf(name as ParameterName))
      values.set(alias, name === 'seed' ? another(value as number, copy) : value)
  }
  if (call.format !== undefined) values.set('response_format', call.format.asked)
  values.set('messages', messages as unknown as Json)
  values.set('prompt', last)
  if (system !== undefined) values.set('system', system)
  const ports = apiInputs(workflow)
  const seed = ports.find(({ name }) => name === 'seed')
  const usual = seed && workflow.nodes[seed.node]?.inputs?.['value']
  if (copy > 0 && typeof usual === 'number' && !values.has('seed')) values.set('seed', another(usual, copy))
  const named = ports.some(({ name }) => name === 'messages' || name === 'prompt')
  const first = named
    ? undefined
    : (ports.find(({ name }) => !reserved.has(name)) ?? ports.find(({ name }) => !(name in call.settings)))
  const bound = bindInputs(
    workflow,
    ports.flatMap((port) => {
      const value = port === first ? last : values.get(port.name)
      return value === undefined ? [] : [{ node: port.node, input: 'value', value }]
    }),
  )
  const taken = new Set(ports.filter((port) => port !== first).map(({ name }) => name))
  return bindGenerator(bound, call, { taken, copy, types })
}

const settingNames = Object.keys(parameters) as ParameterName[]
const reserved: ReadonlySet<string> = new Set([
  'system',
  'response_format',
  ...settingNames.flatMap((name) => namesOf(name)),
])

function namesOf(name: ParameterName): string[] {
  const { names = [] }: Parameter = parameters[name]
  return [name, ...names]
}

interface Rest {
  /** Names of its `api/input` nodes: what has one of its own is bound already. */
  taken: ReadonlySet<string>
  copy: number
  types: Descriptions
}

function bindGenerator(workflow: Workflow, call: ModelCall, { taken, copy, types }: Rest): Workflow {
  const node = generatorOf(workflow) ?? ''
  const { type, inputs = {}, links = {} } = workflow.nodes[node] ?? { type: '' }
  const known = new Set(types.get(type)?.inputs.map(({ name }) => name))
  /** Whether it has that input, and nothing else decides it. */
  const takes = (input: string): boolean => known.has(input) && links[input] === undefined
  const values: { node: string; input: string; value: Json }[] = []
  const given = (input: string): Json | undefined =>
    values.findLast((other) => other.input === input)?.value ?? inputs[input]
  for (const [name, value] of Object.entries(call.settings)) {
    const { input = '', optional }: Parameter = parameters[name as ParameterName]
    if (namesOf(name as ParameterName).some((alias) => taken.has(alias))) continue
    if (takes(input)) values.push({ node, input, value: addedTo(given(input), value) })
    else if (!optional) throw new UnboundParameter(name)
  }
  if (call.logprobs !== undefined) {
    if (!takes('logprobs')) throw new UnboundParameter('logprobs')
    values.push({ node, input: 'logprobs', value: call.logprobs })
  }
  const seed = call.settings.seed ?? inputs['seed']
  if (copy > 0 && takes('seed') && typeof seed === 'number')
    values.push({ node, input: 'seed', value: another(seed, copy) })
  const bound = bindInputs(workflow, values)
  if (call.format === undefined || taken.has('response_format')) return bound
  if (!takes('constraint')) throw new UnboundParameter('response_format')
  return constrain(bound, node, call.format.schema)
}

/** What is set by name is added to what is there, name by name. */
function addedTo(before: Json | undefined, value: Json): Json {
  return isRecord(before) && isRecord(value) ? { ...before, ...value } : value
}

function isRecord(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The same seed would give the same answer again. */
function another(seed: number, copy: number): number {
  return (seed + copy) % 4_294_967_296
}

/** The node that holds the schema of a call, where the workflow has no node of that name. */
export const formatNode = 'response_format'

/** What the node writes must be JSON of that schema. */
function constrain(workflow: Workflow, node: string, schema: Json): Workflow {
  const { nodes } = workflow
  let id: string = formatNode
  while (Object.hasOwn(nodes, id)) id += '_'
  const before = nodes[node]
  if (before === undefined) return workflow
  return {
    ...workflow,
    nodes: {
      ...nodes,
      [id]: { type: 'steering/json-schema', inputs: { schema, closedObjects: false } },
      [node]: { ...before, links: { ...before.links, constraint: [id, 'constraint'] } },
    },
  }
}

/** The node whose text the answer is, where it is linked to it directly. */
export function generatorOf(workflow: Workflow): string | undefined {
  const [output] = apiOutputs(workflow)
  const link = output && workflow.nodes[output.node]?.links?.['value']
  if (link === undefined || !isLink(link)) return undefined
  const [node, name] = link
  return name === 'text' ? node : undefined
}
