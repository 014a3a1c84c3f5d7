import type { ModelFile } from '@woolgather/protocol'

const places: Record<ModelFile['source'], string> = {
  folder: '',
  chosen: 'used where it lies',
  ollama: 'of Ollama',
  huggingface: 'in the Hugging Face cache',
  'llama.cpp': 'in llama.cpp’s cache',
  lmstudio: 'of LM Studio',
}

/** Whose place a model lies in; empty of our own folders. */
export function describePlace(source: string): string {
  return places[source as ModelFile['source']] ?? ''
}
