import { stat } from 'node:fs/promises'
import path from 'node:path'
import { fitsModel, memoryAt, type ModelSummary } from '@woolgather/gguf'
import { isModelAddress, nearest, WoolgatherError } from '@woolgather/workflow'
import { findDownload, originOf } from '../download/index.ts'
import { openChosenFiles } from './chosen-files.ts'
import { folderSource } from './folder-source.ts'
import { openHeaderMemory } from './header-memory.ts'
import type { BrokenFile, FoundFile, ModelSource, SourceKind } from './model-source.ts'
import { recogniseTemplate } from './recognise-template.ts'
import { usualPlaces } from './usual-places.ts'

export interface ListedModel extends Omit<ModelSummary, 'shapes'> {
  /** As a workflow names it. */
  file: string
  /** The same. */
  ref: string
  /** Whose place it lies in. */
  source: SourceKind
  /** Of a model: bytes of memory that it takes with a context of usual size. */
  memoryBytes?: number
  /** Of a model without a chat template of its own: the name of the one that it is used with elsewhere. */
  likeTemplate?: string
  /** Of a LoRA or vector: the models here that it fits, those first that it says it was made for. */
  goesWith?: string[]
  /** Where Woolgather downloaded it from: it may delete it, too. */
  downloadedFrom?: string
}

export interface ModelList {
  /** Sorted by name; where two places hold the same name, the first one's. */
  files: ListedModel[]
  /** Files that cannot be used, and why. */
  unreadable: BrokenFile[]
}

/** The models of this machine: those of the models folders, and those that other programs keep. */
export interface Models {
  /** In the order they are asked; the first of folders is written to. */
  readonly sources: readonly ModelSource[]
  /**
   * The file that a workflow names; undefined where there is none. An address is what was downloaded from it, by this
   * program or another; the network is not asked.
   * @throws WoolgatherError file-outside-folders, model-not-found where it is there and broken
   */
  locate(name: string): Promise<FoundFile | undefined>
  /** Its path. @throws WoolgatherError model-not-found, file-outside-folders */
  find(name: string): Promise<string>
  /** Headers are read once, and again only when a file has changed. */
  list(): Promise<ModelList>
  /** Names, and no file opened. */
  names(): Promise<FoundFile[]>
}

export interface ModelsOptions {
  /** Models folders, in the order they are looked through. */
  folders: readonly string[]
  /** Where it is remembered what headers say, and which files a person chose; absent: nowhere. */
  data?: string | undefined
  /** Which variables say where other programs keep theirs. */
  env?: NodeJS.ProcessEnv
}

/** Headers that are read at once. */
const readers = 8
/** `general.architecture` of GGUF files that are no language models: what goes with one, or draws, or listens. */
const otherKinds: ReadonlySet<string> = new Set([
  'clip',
  'imatrix',
  'whisper',
  'flux',
  'sd1',
  'sd3',
  'sdxl',
  'qwen_image',
  'wan',
  'ltxv',
  'lumina2',
  'hidream',
  'cosmos',
])
/** Tokens of context that memory is told for, unless a model has fewer. */
const usualContext = 4096

export function openModels({ folders, data, env = process.env }: ModelsOptions): Models {
  const own = folders.map((folder) => folderSource(folder))
  const chosen = openChosenFiles(data)
  const sources: readonly ModelSource[] = [...own, ...(chosen ? [chosen] : []), ...usualPlaces(env)]
  const headers = openHeaderMemory(data && path.join(data, 'model-headers.json'))

  const locate = async (name: string): Promise<FoundFile | undefined> => {
    if (isModelAddress(name)) {
      const download = await findDownload(folders[0] ?? '', name).catch(() => undefined)
      if (download !== undefined) return { ref: name, path: download }
    }
    let outside: unknown
    let isInside = false
    for (const source of sources) {
      try {
        const found = await source.find(name)
        if (found !== undefined) return found
        isInside ||= source.kind === 'folder'
      } catch (error) {
        if (!(error instanceof WoolgatherError) || error.code !== 'file-outside-folders') throw error
        outside = error
      }
    }
    if (outside !== undefined && !isInside && !isModelAddress(name)) throw outside
    return undefined
  }

  const listNames = async (): Promise<{
    files: (FoundFile & { source: SourceKind })[]
    broken: BrokenFile[]
  }> => {
    const files = new Map<string, FoundFile & { source: SourceKind }>()
    const broken: BrokenFile[] = []
    for (const source of sources) {
      const listing = await source.list()
      broken.push(...listing.broken)
      for (const found of listing.files) {
        if (!files.has(found.ref)) files.set(found.ref, { ...found, source: source.kind })
      }
    }
    return { files: [...files.values()], broken: broken.filter(({ file }) => !files.has(file)) }
  }

  const list = async (): Promise<ModelList> => {
    const { files, broken } = await listNames()
    const listed: (ListedModel & Pick<ModelSummary, 'shapes'>)[] = []
    await eachOf(files, async (found) => {
      const summary = await headers.of(found.path)
      if ('message' in summary) broken.push({ file: found.ref, ...summary })
      else if (otherKinds.has(summary.architecture)) return
      else listed.push(await describe(found, summary))
    })
    await headers.save()
    listed.sort((a, b) => (a.file < b.file ? -1 : 1))
    broken.sort((a, b) => (a.file < b.file ? -1 : 1))
    const models = listed.filter(({ kind }) => kind === 'model')
    return {
      files: listed.map(({ shapes, ...model }) => ({
        ...model,
        ...(model.kind !== 'model' && { goesWith: modelsFor({ ...model, shapes }, models) }),
      })),
      unreadable: broken,
    }
  }

  return {
    sources,
    locate,
    list,
    names: async () => (await listNames()).files,
    async find(name) {
      const found = await locate(name)
      if (found !== undefined && (await isFolder(found.path))) throw notAFile(name)
      if (found !== undefined) return found.path
      throw notFound(name, await listNames().then(({ files }) => files.map(({ ref }) => ref)), folders)
    },
  }
}

async function describe(
  found: FoundFile & { source: SourceKind },
  summary: ModelSummary,
): Promise<ListedModel & Pick<ModelSummary, 'shapes'>> {
  const { ref, source, license, goTemplate } = found
  const like = summary.chatTemplate === false && goTemplate ? recogniseTemplate(goTemplate) : undefined
  const origin = source === 'folder' ? await originOf(found.path) : undefined
  return {
    file: ref,
    ...summary,
    ...(license !== undefined && { license: summary.license ?? license }),
    ref,
    source,
    ...(summary.kind === 'model' && {
      memoryBytes: memoryAt(summary, Math.min(summary.context ?? usualContext, usualContext)),
    }),
    ...(like !== undefined && { likeTemplate: like }),
    ...(origin && { downloadedFrom: origin.uri }),
  }
}

function modelsFor(
  added: Pick<ListedModel, 'kind' | 'base'> & Pick<ModelSummary, 'shapes'>,
  models: readonly (ListedModel & Pick<ModelSummary, 'shapes'>)[],
): string[] {
  const kind = added.kind === 'vector' ? 'vector' : 'lora'
  const base = bareName(added.base ?? '')
  const isBase = ({ file, name }: ListedModel): boolean =>
    base !== '' && (bareName(name).includes(base) || bareName(file).includes(base))
  return models
    .filter(({ shapes }) => fitsModel(added.shapes, kind, shapes))
    .toSorted((a, b) => Number(isBase(b)) - Number(isBase(a)))
    .map(({ file }) => file)
}

/** `Gemma 3 270M` and `google/gemma-3-270m` name the same. */
function bareName(name: string): string {
  const last = name.split('/').at(-1) ?? ''
  return last.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

function notFound(name: string, known: readonly string[], folders: readonly string[]): WoolgatherError {
  const meant = nearest(name, new Set(known)).map((one) => `“${one}”`)
  const question = meant.length > 0 ? `Did you mean ${meant.join(' or ')}? Else ` : ''
  const where = name.startsWith('ollama:')
    ? `pull it: ollama pull ${name.slice('ollama:'.length)}`
    : `put it below ${folders.join(' or ')}, or name an address such as hf:owner/repo/file.gguf`
  const hint = `${question}${where}.`
  return new WoolgatherError('model-not-found', `No model file “${name}” in the models folders.`, {
    input: 'file',
    hint: hint.charAt(0).toUpperCase() + hint.slice(1),
  })
}

function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

function notAFile(name: string): WoolgatherError {
  return new WoolgatherError('model-not-found', `“${name}” is a folder, not a model file.`, {
    input: 'file',
    hint: 'Choose a .gguf file in it. A checkpoint of transformers is loaded by the node “Checkpoint”.',
  })
}

/** So many at a time. */
async function eachOf<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values()
  const work = async (): Promise<void> => {
    for (const item of rest) await act(item)
  }
  await Promise.all(Array.from({ length: readers }, work))
}
