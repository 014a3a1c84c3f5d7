import type { ModelFile } from '@woolgather/protocol'
import type { Workflow } from '@woolgather/workflow'

/** Tokens of an answer, where a client sets no number; a model that never ends would fill its context. */
const usualTokens = 1024

/** What is asked of a model: an answer in a conversation, how a text goes on, a text as a list of numbers. */
export type Use = 'chat' | 'text' | 'embedding'

/** A file that runs can use. */
export type BareFile = Pick<ModelFile, 'file' | 'kind' | 'chatTemplate' | 'likeTemplate'>

/** Those that there are, here or on workers of other machines. */
export type ListFiles = () => Promise<readonly BareFile[]>

/** Names by which clients may call model files as they are. */
export async function listBare(files: ListFiles): Promise<string[]> {
  return (await files()).filter(({ kind }) => kind === 'model').map(({ file }) => file)
}

/** The workflow that a model file is by itself; undefined where there is no such file. */
export async function bareModel(files: ListFiles, name: string, as: Use): Promise<Workflow | undefined> {
  const model = (await files()).find(({ file, kind }) => kind === 'model' && isNamed(file, name))
  return model && workflowOf(model, as)
}

function workflowOf(model: BareFile, as: Use): Workflow {
  const nodes = as === 'embedding' ? embed() : generate(model, as)
  return {
    format: 'woolgather',
    version: 1,
    name: model.file.slice(0, 200),
    nodes: { model: { type: 'loading/model', inputs: { file: model.file } }, ...nodes },
  }
}

/** A conversation is written out by its template; a text is gone on with as it stands. */
function generate({ chatTemplate, likeTemplate }: BareFile, as: 'chat' | 'text'): Workflow['nodes'] {
  const template = as === 'text' ? 'none' : chatTemplate === false ? (likeTemplate ?? 'auto') : 'auto'
  const name = as === 'chat' ? 'messages' : 'prompt'
  return {
    asked: {
      type: 'api/input',
      inputs: { name, type: as === 'chat' ? 'json' : 'text', value: as === 'chat' ? [] : '' },
    },
    answer: {
      type: 'generation/generate',
      inputs: { template, maxTokens: usualTokens },
      links: { model: ['model', 'model'], [name]: ['asked', 'value'] },
    },
    out: { type: 'api/output', inputs: { name: 'answer' }, links: { value: ['answer', 'text'] } },
  }
}

function embed(): Workflow['nodes'] {
  return {
    asked: { type: 'api/input', inputs: { name: 'prompt', type: 'text', value: '' } },
    vector: { type: 'generation/embed', links: { model: ['model', 'model'], text: ['asked', 'value'] } },
    out: { type: 'api/output', inputs: { name: 'vector' }, links: { value: ['vector', 'list'] } },
  }
}

/** Of Ollama’s names `:latest` may be left out. */
function isNamed(file: string, name: string): boolean {
  return file === name || (name.startsWith('ollama:') && file === `${name}:latest`)
}
