import { subgraphPrefix, type Descriptions } from './describe-subgraph.ts'
import type { RequiredModel, Workflow, WorkflowNode } from '../document/document.ts'
import type { Json } from '../json/json.ts'

/** Types of inputs whose literals may name model files: a `text` may only speak of one, or be where to save one. */
const naming: ReadonlySet<string> = new Set(['file', 'any', 'list'])

/** The name of a file as it is compared and looked up: with `/`, also where Windows wrote `\\`. */
export function withSlashes(file: string): string {
  return file.replaceAll('\\', '/')
}

/** Whether a file of a workflow is an address to download from, not a path below a models folder. */
export function isModelAddress(file: string): boolean {
  return /^(hf:|https?:\/\/)/.test(file)
}

/** Names looked for in the whole text, where they are not parts of it that stand by themselves. */
const mostSearches = 100

/** Whether a name is anywhere in JSON text; that of a model is nearly always a literal, or a line or word of one. */
function namesIn(text: string): (name: string) => boolean {
  const parts = new Set([...text.split('"'), ...text.split(/["\s,#]|\\n/)])
  let searches = 0
  return (name) => {
    const written = JSON.stringify(name).slice(1, -1)
    return parts.has(written) || (searches++ < mostSearches && text.includes(written))
  }
}

/**
 * The models a workflow uses, with what it says of them: those that its nodes name, and of its `requires` those that
 * are still named somewhere in it.
 */
export function requiredModels(workflow: Workflow, descriptions: Descriptions): RequiredModel[] {
  const graphs = [workflow.nodes, ...Object.values(workflow.subgraphs ?? {}).map(({ nodes }) => nodes)]
  const models = new Map<string, RequiredModel>()
  const required = workflow.requires?.models ?? []
  const isNamed = required.length === 0 ? () => false : namesIn(JSON.stringify(graphs))
  for (const model of required) {
    if (isNamed(model.file)) models.set(withSlashes(model.file), { ...model, file: withSlashes(model.file) })
  }
  for (const node of graphs.flatMap((nodes) => Object.values(nodes))) {
    for (const named of namedBy(node, workflow, descriptions)) {
      models.set(named.file, { ...named, ...models.get(named.file) })
    }
  }
  return [...models.values()]
}

/** What a file is used as. */
export type ModelKind = 'model' | 'lora' | 'vector'

/** What a workflow uses a file as, by the input that names it; what cannot be told is a model. */
export function kindOfModel(workflow: Workflow, file: string, descriptions: Descriptions): ModelKind {
  const graphs = [workflow.nodes, ...Object.values(workflow.subgraphs ?? {}).map(({ nodes }) => nodes)]
  for (const node of graphs.flatMap((nodes) => Object.values(nodes))) {
    for (const [name, value] of Object.entries(node.inputs ?? {})) {
      if (!modelsIn(value).some((one) => withSlashes(one) === file)) continue
      const widget = inputsOf(node.type, workflow, descriptions)?.find((input) => input.name === name)?.widget
      if (widget === 'lora' || widget === 'vector') return widget
    }
  }
  return 'model'
}

/** Types of nodes that are not known here, and the nodes of that type. */
export function missingNodeTypes(
  workflow: Workflow,
  descriptions: Descriptions,
): { type: string; nodes: string[] }[] {
  const missing = new Map<string, string[]>()
  const look = (nodes: Record<string, WorkflowNode>, path: string): void => {
    for (const [id, { type }] of Object.entries(nodes)) {
      if (type.startsWith(subgraphPrefix) || descriptions.has(type)) continue
      const others = missing.get(type)
      if (others === undefined) missing.set(type, [`${path}${id}`])
      else others.push(`${path}${id}`)
    }
  }
  look(workflow.nodes, '')
  for (const [id, { nodes }] of Object.entries(workflow.subgraphs ?? {})) {
    look(nodes, `${subgraphPrefix}${id}/`)
  }
  return [...missing].map(([type, nodes]) => ({ type, nodes }))
}

function namedBy(node: WorkflowNode, workflow: Workflow, descriptions: Descriptions): RequiredModel[] {
  const names = namesFiles(node.type, workflow, descriptions)
  const files = Object.entries(node.inputs ?? {})
    .filter(([name]) => names(name))
    .flatMap(([, value]) => modelsIn(value))
  const { sha256 } = node.inputs ?? {}
  const known = files.length === 1 && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)
  return files.map(withSlashes).map((file) => ({
    file,
    ...(known && { sha256 }),
    ...(isModelAddress(file) && { source: file }),
  }))
}

/** Whether an input of such a node may name model files. */
export function namesFiles(
  type: string,
  workflow: Workflow,
  descriptions: Descriptions,
): (input: string) => boolean {
  const types = inputTypes(type, workflow, descriptions)
  return (input) => types === undefined || naming.has(types.get(input) ?? '')
}

/** Undefined where the type is not known: then any input may be one that names a file. */
function inputTypes(
  type: string,
  workflow: Workflow,
  descriptions: Descriptions,
): Map<string, string> | undefined {
  const inputs = inputsOf(type, workflow, descriptions)
  return inputs && new Map(inputs.map((input) => [input.name, input.type]))
}

function inputsOf(
  type: string,
  workflow: Workflow,
  descriptions: Descriptions,
): readonly { name: string; type: string; widget?: string }[] | undefined {
  return type.startsWith(subgraphPrefix)
    ? workflow.subgraphs?.[type.slice(subgraphPrefix.length)]?.inputs
    : descriptions.get(type)?.inputs
}

/** Forms of names that are models wherever they stand: files, those of a quantisation, and Ollama's. */
const modelNames = [
  /^\S{1,500}\.gguf(#\S+)?$/i,
  /^hf:[^\s/]+\/[^\s/:]+:[^\s/]+$/,
  /^ollama:[\w][\w./:-]{0,499}$/,
]

/** Names in a literal: one, or those of a list, as JSON or as an axis takes it (commas or lines). */
function modelsIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(modelsIn)
  if (typeof value !== 'string') return []
  if (/^[^\n,]{1,500}\.gguf$/i.test(value) && !value.startsWith('ollama:')) return [value]
  return value
    .split(/[\n,]/)
    .map((item) => item.trim())
    .filter((item) => modelNames.some((form) => form.test(item)))
}
