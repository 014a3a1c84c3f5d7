import type { DownloadHosts } from '@woolgather/files'
import type { ModelDownloads } from '../models/model-downloads.ts'
import { HttpError } from '../errors/http-error.ts'
import { handlers } from './serve-endpoints.ts'

/** Models fetched on request. */
export function answerDownloads(downloads: ModelDownloads, hosts: DownloadHosts) {
  return handlers({
    downloads: () => downloads.list(),
    async fetchModel({ body }) {
      const download = downloads.start(body)
      await hosts.trust(body.source)
      return download
    },
    hosts: () => ({ hosts: hosts.list() }),
    async allowHost({ parameters: { host } }) {
      await hosts.allow(host)
      return { hosts: hosts.list() }
    },
    async forgetHost({ parameters: { host } }) {
      if (!(await hosts.forget(host)))
        throw new HttpError(404, 'not-found', `“${host.slice(0, 100)}” was not allowed here.`)
    },
    cancelDownload({ parameters: { id } }) {
      if (!downloads.cancel(id))
        throw new HttpError(404, 'not-found', `There is no download “${id.slice(0, 100)}”.`)
    },
  })
}
