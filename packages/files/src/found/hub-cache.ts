import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import path from 'node:path'
import { parseModelUri, parseRepository, type ModelUri } from '../download/parse-uri.ts'
import type { BrokenFile, FoundFile, Listing, ModelSource } from './model-source.ts'
import { walkModels } from './walk-models.ts'

/** More repositories than anybody has. */
const maxRepositories = 10_000

/** Names of revisions become folders. */
const revisionPattern = /^[\w][\w.-]{0,199}$/

/**
 * The cache that Hugging Face's own tools share: models are `hf:owner/repo/path.gguf`, as their newest snapshot has them
 * (`refs/main`), whether its files are links to blobs or, as on Windows, the files themselves.
 */
export function hubCache(folder: string): ModelSource {
  const snapshotOf = async (repo: string, revision: string): Promise<string | undefined> => {
    if (!revisionPattern.test(revision)) return undefined
    const noted = await readFile(path.join(folder, repo, 'refs', revision), 'utf8').catch(() => revision)
    const commit = noted.trim()
    if (!revisionPattern.test(commit)) return undefined
    const snapshot = path.join(folder, repo, 'snapshots', commit)
    return (await stat(snapshot).catch(() => undefined))?.isDirectory() ? snapshot : undefined
  }

  const listRepository = async (repo: string, listing: Listing): Promise<void> => {
    const name = nameOf(repo)
    if (name === undefined) return
    const snapshot = await snapshotOf(repo, 'main')
    if (snapshot !== undefined) {
      const { files, broken } = await walkModels(snapshot)
      for (const file of files)
        listing.files.push(await describe(`${name}/${file}`, path.join(snapshot, file)))
      listing.broken.push(...broken.map((one) => brokenFile(name, one)))
    }
    listing.broken.push(...(await halfDownloads(path.join(folder, repo, 'blobs'), name)))
  }

  return {
    kind: 'huggingface',
    folder,
    async list() {
      const listing: Listing = { files: [], broken: [] }
      const names = await readdir(folder).catch(() => [])
      for (const repo of names.toSorted((a, b) => (a < b ? -1 : 1)).slice(0, maxRepositories))
        await listRepository(repo, listing)
      return listing
    },
    async find(name) {
      const uri = parse(name)
      if (uri === undefined) return undefined
      const revision = uri.kind === 'hf-tag' ? 'main' : uri.branch
      const snapshot = await snapshotOf(`models--${uri.owner}--${uri.repo}`, revision)
      if (snapshot === undefined) return undefined
      const file = uri.kind === 'hf-tag' ? await fileOfTag(snapshot, uri.tag) : uri.file
      if (file === undefined) return undefined
      const place = path.join(snapshot, ...file.split('/'))
      // A link that leads nowhere is no file: it is downloaded anew.
      return (await stat(place).catch(() => undefined))?.isFile() ? describe(name, place) : undefined
    },
  }
}

type HubUri = Exclude<ModelUri, { kind: 'url' }>

function parse(name: string): HubUri | undefined {
  if (!name.startsWith('hf:')) return undefined
  try {
    const repository = parseRepository(name)
    if (repository === undefined) return parseModelUri(name) as HubUri
    // A file of an adapter or a checkpoint.
    return { ...repository, kind: 'hf-file', file: repository.folder.join('/') }
  } catch {
    return undefined
  }
}

/** `hf:owner/repo` of `models--owner--repo`; names have no `--`, and a repository without an owner cannot be named. */
function nameOf(folder: string): string | undefined {
  const [kind, owner, repo, ...more] = folder.split('--')
  return kind === 'models' && owner && repo && more.length === 0 ? `hf:${owner}/${repo}` : undefined
}

/** Large files are stored under their sha256. */
async function describe(ref: string, file: string): Promise<FoundFile> {
  const to = path.basename(await readlink(file).catch(() => ''))
  return { ref, path: file, ...(/^[0-9a-f]{64}$/.test(to) && { sha256: to }) }
}

/** As the hub chooses: the file that has the name of the quantisation at its end. */
async function fileOfTag(snapshot: string, tag: string): Promise<string | undefined> {
  const { files } = await walkModels(snapshot)
  const wanted = tag.toLowerCase()
  return files.find((file) => {
    const stem = file.toLowerCase().replace(/(-\d{5}-of-\d{5})?\.gguf$/, '')
    return stem === wanted || (/[-._/]/.test(stem.at(-wanted.length - 1) ?? '') && stem.endsWith(wanted))
  })
}

function brokenFile(name: string, { file, message }: BrokenFile): BrokenFile {
  return { file: `${name}/${file}`, message, hint: downloadAgain(name) }
}

async function halfDownloads(blobs: string, name: string): Promise<BrokenFile[]> {
  const names = await readdir(blobs).catch(() => [])
  return names
    .filter((blob) => blob.endsWith('.incomplete'))
    .map((blob) => ({
      file: path.join(blobs, blob),
      message: `This is the beginning of a file of ${name} whose download did not end.`,
      hint: downloadAgain(name),
    }))
}

function downloadAgain(name: string): string {
  return `Download it again: hf download ${name.slice('hf:'.length)} (it goes on from there), or delete the file.`
}
