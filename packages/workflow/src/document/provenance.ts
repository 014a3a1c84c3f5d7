/** Metadata of the GGUF files that Woolgather saves: what made them. */
export const provenanceKeys = {
  /** The workflow, as JSON: opened or run again, it makes the same file. */
  workflow: 'woolgather.workflow',
  /** The recipe of just this model or LoRA, as JSON. */
  recipe: 'woolgather.recipe',
} as const
