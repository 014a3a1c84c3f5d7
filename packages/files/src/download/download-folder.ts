import { mkdir, readFile, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { writeWhole } from '@woolgather/disk'
import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { confinePath } from '../paths/confine-path.ts'
import { downloadListed, type ListedDownload } from './download-model.ts'
import { checkResponse, sendRequest, type HttpOptions } from './http.ts'
import { hubUrl, isPlainPath, folderOf } from './locate-files.ts'
import { parseRepository, type Repository } from './parse-uri.ts'

export interface DownloadFolderInput extends ListedDownload {
  /**
   * Which of the files that lie there are wanted, by their names.
   * @throws WoolgatherError where what must be there is not
   */
  choose: (names: readonly string[]) => readonly string[]
}

/** A folder that lies below a folder of models. */
export interface FoundFolder {
  /** Below that folder, with forward slashes. */
  folder: string
  /** Names of its files that were wanted. */
  files: readonly string[]
}

/** Written beside the files when all are there. */
const recordName = '.folder.download.json'
const recordSchema = z.object({ uri: z.string(), files: z.array(z.string()).min(1) })

/**
 * Downloads files of a folder of a repository, `hf:owner/repo[/folder][#branch]`, unless all are there already; then nothing is asked of the network.
 * @throws as `downloadModel`
 */
export async function downloadFolder(input: DownloadFolderInput): Promise<FoundFolder> {
  const { uri, directory, choose } = input
  const known = await findFolder(directory, uri, choose)
  if (known !== undefined) return known
  const repository = parseRepository(uri)
  if (repository === undefined) {
    throw new WoolgatherError('download-failed', `${uri} names no folder of a repository.`, {
      hint: 'Use hf:owner/repo, with #branch where it is not main.',
    })
  }
  const folder = placeOf(repository)
  // Of a repository that is several things, other files may be here.
  const before = (await findFolder(directory, uri, (names) => names))?.files ?? []
  let files: readonly string[] = []
  await downloadListed(input, async (http) => {
    files = choose(await listNames(uri, repository, http))
    return files.map((name) => ({
      url: hubUrl(http.endpoint, [
        repository.owner,
        repository.repo,
        'resolve',
        repository.branch,
        ...repository.folder,
        ...name.split('/'),
      ]),
      place: posix.join(folder, name),
      onHub: true,
      isGguf: false,
    }))
  })
  const place = await confinePath(directory, folder)
  await mkdir(place, { recursive: true })
  await writeWhole(
    join(place, recordName),
    `${JSON.stringify({ uri, files: [...new Set([...before, ...files])] }, undefined, 2)}\n`,
    {
      durable: false,
    },
  )
  return { folder, files }
}

/** What was downloaded before and is whole; undefined: nothing, or other files. The network is not asked. */
export async function findFolder(
  directory: string,
  uri: string,
  choose: DownloadFolderInput['choose'],
): Promise<FoundFolder | undefined> {
  const repository = parseRepository(uri)
  if (repository === undefined) return undefined
  const folder = placeOf(repository)
  const text = await readFile(join(directory, folder, recordName), 'utf8').catch(() => '{}')
  const record = parseRecord(text)
  if (record?.uri !== uri) return undefined
  const there = await Promise.all(
    record.files.map(async (name) =>
      (await stat(join(directory, folder, name)).catch(() => undefined))?.isFile(),
    ),
  )
  const files = there.every(Boolean) ? chosenOf(record.files, choose) : undefined
  return files && { folder, files }
}

function chosenOf(
  names: readonly string[],
  choose: DownloadFolderInput['choose'],
): readonly string[] | undefined {
  try {
    return choose(names)
  } catch (error) {
    if (error instanceof WoolgatherError) return undefined
    throw error
  }
}

function parseRecord(text: string): z.infer<typeof recordSchema> | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function placeOf(repository: Repository): string {
  return posix.join(folderOf(repository), ...repository.folder)
}

const listing = z.array(z.object({ type: z.string(), path: z.string().max(1000) })).max(10_000)

/** Names of the files of a folder of a repository. */
async function listNames(
  uri: string,
  { owner, repo, branch, folder }: Repository,
  http: HttpOptions,
): Promise<string[]> {
  const url = hubUrl(http.endpoint, ['api', 'models', owner, repo, 'tree', branch, ...folder])
  const response = await sendRequest(url, http)
  checkResponse(uri, response)
  const found = listing.safeParse(await response.json().catch(() => undefined)).data
  if (found === undefined) {
    throw new WoolgatherError('download-failed', `${uri}: the answer of ${url.host} lists no files.`, {
      hint: 'Try again later, or download the folder yourself and put it below a models folder.',
    })
  }
  const depth = folder.length === 0 ? 0 : `${folder.join('/')}/`.length
  return found
    .filter(({ type, path }) => type === 'file' && isPlainPath(path))
    .map(({ path }) => path.slice(depth))
}
