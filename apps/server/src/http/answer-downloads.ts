import type { ModelDownloads } from '../models/model-downloads.ts'
import { HttpError } from '../errors/http-error.ts'
import { handlers } from './serve-endpoints.ts'

/** Models fetched on request. */
export function answerDownloads(downloads: ModelDownloads) {
  return handlers({
    downloads: () => downloads.list(),
    fetchModel: ({ body }) => downloads.start(body),
    cancelDownload({ parameters: { id } }) {
      if (!downloads.cancel(id))
        throw new HttpError(404, 'not-found', `There is no download “${id.slice(0, 100)}”.`)
    },
  })
}
