import type { Models } from '@woolgather/files'
import { handlers } from './serve-endpoints.ts'

export interface AnswerModelsOptions {
  models: Models
  memoryLimit: number
}

/** The models of this machine. */
export function answerModels({ models, memoryLimit }: AnswerModelsOptions) {
  return handlers({
    async models() {
      const { files } = await models.list()
      return files.map((model) => ({
        ...model,
        ...(model.memoryBytes !== undefined && { fits: model.memoryBytes <= memoryLimit }),
      }))
    },
    brokenModels: async () => (await models.list()).unreadable,
  })
}
