import type { ListedModel, Models } from '@woolgather/files'
import type { Workflow, WorkflowNode } from '@woolgather/workflow'

/** Tokens of an answer, where a client sets no number; a model that never ends would fill its context. */
const usualTokens = 1024

/** Names by which clients may call model files as they are. */
export async function listBare(models: Models): Promise<string[]> {
  return (await models.list()).files.filter(({ kind }) => kind === 'model').map(({ file }) => file)
}

/** The workflow that a model file is by itself; undefined where there is no such file. */
export async function bareModel(
  models: Models,
  name: string,
  as: 'chat' | 'text',
): Promise<Workflow | undefined> {
  const { files } = await models.list()
  const model = files.find(({ file, kind }) => kind === 'model' && isNamed(file, name))
  return model && workflowOf(model, as)
}

/** A conversation is written out by its template; a text is gone on with as it stands. */
function workflowOf({ file, chatTemplate, likeTemplate }: ListedModel, as: 'chat' | 'text'): Workflow {
  const template = as === 'text' ? 'none' : chatTemplate === false ? (likeTemplate ?? 'auto') : 'auto'
  const name = as === 'chat' ? 'messages' : 'prompt'
  const nodes: Record<string, WorkflowNode> = {
    model: { type: 'loading/model', inputs: { file } },
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
  return { format: 'woolgather', version: 1, name: file.slice(0, 200), nodes }
}

/** Of Ollama’s names `:latest` may be left out. */
function isNamed(file: string, name: string): boolean {
  return file === name || (name.startsWith('ollama:') && file === `${name}:latest`)
}
