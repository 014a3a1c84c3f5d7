import { fetchModelSchema, routes, type ModelDownload } from '@woolgather/protocol'
import { Router } from 'express'
import type { ModelDownloads } from '../models/model-downloads.ts'
import { HttpError } from './http-error.ts'
import { jsonBody } from './json-body.ts'
import { readBody } from './read-request.ts'

/** Models fetched on request. */
export function serveDownloads(downloads: ModelDownloads): Router {
  const router = Router()

  router.get(routes.downloads, (_request, response) => {
    response.json(downloads.list() satisfies ModelDownload[])
  })

  router.post(routes.downloads, jsonBody(), (request, response) => {
    const started = downloads.start(readBody(fetchModelSchema, request.body))
    response.status(202).json(started satisfies ModelDownload)
  })

  router.delete(`${routes.downloads}/:id`, (request, response) => {
    if (!downloads.cancel(request.params.id)) {
      throw new HttpError(404, 'not-found', `There is no download “${request.params.id.slice(0, 100)}”.`)
    }
    response.status(204).end()
  })

  return router
}
