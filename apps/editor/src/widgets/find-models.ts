import type { ModelFile } from '@woolgather/protocol'
import { fuzzyScore } from '../document/search-nodes.ts'
import { formatBytes } from '../run/show-run.ts'

/** Best first: by the name of the file, what it is called inside, its architecture and quantisation. */
export function findModels(models: readonly ModelFile[], query: string): ModelFile[] {
  if (query === '') return [...models]
  if (isPath(query)) return models.filter(({ file }) => asPath(query).endsWith(`/${file}`))
  const named = findByName(models, query)
  if (named) return [named]
  return models
    .map((model) => ({ model, score: scoreModel(model, query) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ model }) => model)
}

/** The model of exactly this name; Ollama’s `:latest` may be left out. */
export function findByName(models: readonly ModelFile[], name: string): ModelFile | undefined {
  const whole = /^ollama:[^:]*$/.test(name) ? `${name}:latest` : name
  return models.find(({ file }) => file === name || file === whole)
}

/** Whether a name is an address that a model is downloaded from, written whole. */
export function isWholeAddress(name: string): boolean {
  return (
    /^hf:[^\s/:#]+\/[^\s/:#]+(\/\S+\.gguf(#\S+)?|:[^\s/:#]+)$/i.test(name) ||
    /^https:\/\/\S+\.gguf(\?\S*)?$/i.test(name)
  )
}

/** Whether a path of the whole disk was typed, as file managers copy it: /…, ~/…, C:\\…, with or without quotes. */
export function isPath(typed: string): boolean {
  return /^(\/|~\/|[a-z]:\/)/i.test(asPath(typed))
}

function asPath(typed: string): string {
  return typed
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
    .replace(/^file:\/\//, '')
    .replaceAll('\\', '/')
}

/** Words may stand in any order; as long as some file has them all, letters scattered over others are no match. */
function scoreModel(model: ModelFile, query: string): number {
  const { file, name, architecture, quantization, description = '' } = model
  const text = `${file} ${name} ${architecture} ${quantization} ${description}`.toLowerCase()
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.every((word) => text.includes(word))) return 1000 + fuzzyScore(query, file)
  return fuzzyScore(query, `${file} ${name}`)
}

/** What a model takes in memory by the size of its context. Empty where a file is no model, or its context takes nothing. */
export function memoryOf({ bytes, contextBytes }: ModelFile, contextSize: number | undefined): string {
  if (contextBytes === undefined || contextBytes === 0) return ''
  const each = `${formatBytes(1000 * contextBytes)} per 1,000`
  if (contextSize === undefined) return `${formatBytes(bytes)} + ${each} tokens of context`
  const all = formatBytes(bytes + contextSize * contextBytes)
  return `${all} at ${contextSize.toLocaleString('en')} tokens of context, ${each} more`
}
