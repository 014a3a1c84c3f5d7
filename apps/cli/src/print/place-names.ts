import type { SourceKind } from '@woolgather/files'

/** Whose a place of models is, in words. */
export const placeNames: Record<SourceKind, string> = {
  folder: 'the models folders',
  chosen: 'files where they lie',
  ollama: 'Ollama',
  huggingface: 'the Hugging Face cache',
  'llama.cpp': 'llama.cpp’s cache',
  lmstudio: 'LM Studio',
}
