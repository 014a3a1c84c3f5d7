import { readdir, statfs } from 'node:fs/promises'
import { freemem, homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { deleteDownload, openChosenFiles, readRepository, searchHub, type Models } from '@woolgather/files'
import type { Machine, ModelFile, WorkerFolders } from '@woolgather/protocol'
import type { Request } from 'express'
import { receiveModel } from '../bodies/receive-model.ts'
import { HttpError } from '../errors/http-error.ts'
import { withOffered } from '../models/offered-models.ts'
import { recommend } from '../models/recommend.ts'
import type { AddressOf } from '../trust/client-address.ts'
import { handlers } from './serve-endpoints.ts'

export interface AnswerModelsOptions {
  models: Models
  folders: WorkerFolders
  /** Bytes of memory of the machine, and what models may take of it. */
  memory: { total: number; models: number }
  addressOf: AddressOf
  /** Models of workers on other machines, where those run them. */
  offered?: (() => readonly ModelFile[]) | undefined
}

/** The models of this machine, those to be had, and what there is for them. */
export function answerModels({ models, folders, memory, addressOf, offered }: AnswerModelsOptions) {
  const chosen = openChosenFiles(folders.data)
  const [folder = path.join(folders.data, 'models')] = folders.models

  /** A path of this machine is told by who sits at it: over the network it would be a way to look around. */
  const isLocal = (request: Request): boolean =>
    request.headers['x-forwarded-for'] === undefined &&
    request.headers.forwarded === undefined &&
    /^(127\.|::1$|::ffff:127\.)/.test(addressOf(request))

  const checkLocal = (request: Request): void => {
    if (isLocal(request)) return
    throw new HttpError(403, 'forbidden', 'Files are chosen where they lie only on the machine itself.', {
      hint: 'Send the file, or have the server started with --models and its folder.',
    })
  }

  return handlers({
    async models() {
      const { files } = await models.list()
      if (offered !== undefined) return withOffered(files, offered())
      return files.map((model) => ({
        ...model,
        ...(model.memoryBytes !== undefined && { fits: model.memoryBytes <= memory.models }),
      }))
    },
    brokenModels: async () => (await models.list()).unreadable,
    addModel: ({ query: { name }, request }) => receiveModel(folder, name, request),
    async deleteModel({ query: { file } }) {
      const found = await models.locate(file)
      if (found === undefined) throw new HttpError(404, 'not-found', `There is no model “${file}”.`)
      await deleteDownload(found.path, file)
    },
    chooseModel({ body, request }) {
      checkLocal(request)
      const place = cleanPath(body.path)
      if (!path.isAbsolute(place)) {
        throw new HttpError(400, 'protocol', '`path` must be a whole path of this machine.')
      }
      return chosen.add(path.normalize(place))
    },
    async forgetModel({ query: { file }, request }) {
      checkLocal(request)
      if (await chosen.forget(file)) return
      const isOfFolder = (await chosen.find(file)) !== undefined
      throw new HttpError(404, 'not-found', `“${file}” was not chosen by itself.`, {
        ...(isOfFolder && { hint: 'Its folder was: woolgather models --forget FOLDER uses that no more.' }),
      })
    },
    searchHub: ({ query: { search } }) => searchHub(search),
    async hubRepository({ parameters: { owner, repo } }) {
      const found = await readRepository(`${owner}/${repo}`)
      return { ...found, files: recommend(found.files, memory.models) }
    },
    machine: async ({ request }): Promise<Machine> => ({
      memory: { total: memory.total, free: freemem(), models: Math.min(memory.models, memory.total) },
      local: isLocal(request),
      folders: [
        ...(await Promise.all(folders.models.map((at) => roomOf('models', at)))),
        await roomOf('output', folders.output),
        await roomOf('data', folders.data),
      ],
      places: await placesOf(models),
    }),
  })
}

/** As file managers copy paths: in quotes, or as an address. */
function cleanPath(typed: string): string {
  const written = typed.trim().replace(/^(["'])(.*)\1$/, '$2')
  return pathOfAddress(written).replace(/^~(?=[\\/])/, () => homedir())
}

/** `file:///home/me/my%20models`; what is none, or is not written as one must be, is a path. */
function pathOfAddress(written: string): string {
  if (!/^file:/i.test(written)) return written
  try {
    return fileURLToPath(written)
  } catch {
    return written.replace(/^file:\/\//i, '')
  }
}

async function roomOf(
  what: Machine['folders'][number]['what'],
  at: string,
): Promise<Machine['folders'][number]> {
  // A folder that is made when it is needed lies on the disk of the one above it.
  for (let place = at; ; place = path.dirname(place)) {
    const room = await statfs(place).catch(() => undefined)
    if (room !== undefined) return { what, path: at, free: room.bavail * room.bsize }
    if (place === path.dirname(place)) return { what, path: at, free: 0 }
  }
}

async function placesOf({ sources }: Models): Promise<Machine['places']> {
  const others = sources.filter(({ kind }) => kind !== 'folder' && kind !== 'chosen')
  const there = await Promise.all(
    others.map(async ({ kind, folder }) => {
      const entries = await readdir(folder).catch(() => [])
      return entries.length > 0 ? [{ source: kind, path: folder }] : []
    }),
  )
  return there.flat()
}
