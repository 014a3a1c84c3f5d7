/** Marks of turns, by the chat templates that have a name here; the first that is in a template tells. */
const marks: readonly [mark: string, template: string][] = [
  ['<|im_start|>', 'chatml'],
  ['<|start_header_id|>', 'llama3'],
  ['<start_of_turn>', 'gemma'],
  ['<<SYS>>', 'llama2'],
  ['[INST]', 'mistral'],
  ['<|end|>', 'phi3'],
  ['### Instruction', 'alpaca'],
  ['<human>:', 'redpajama'],
  ['ASSISTANT:', 'vicuna'],
  ['Falcon:', 'falcon'],
]

/** The name of the chat template that marks turns as one in Ollama's notation does; undefined where none is known to. */
export function recogniseTemplate(goTemplate: string): string | undefined {
  return marks.find(([mark]) => goTemplate.includes(mark))?.[1]
}
