/** Metadata of the GGUF files that Woolgather saves: what made them. */
export const provenanceKeys = {
  /** The workflow, as JSON: opened or run again, it makes the same file. */
  workflow: 'woolgather.workflow',
  /** The recipe of just this model or LoRA, as JSON. */
  recipe: 'woolgather.recipe',
  /** What a LoRA was trained on and how, as JSON: contents of the base and of the dataset, settings. */
  training: 'woolgather.training',
} as const
