import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import type { BrokenFile, FoundFile, Listing, ModelSource } from './model-source.ts'

const prefix = 'ollama:'
const usualHost = 'registry.ollama.ai'
const usualNamespace = 'library'
const usualTag = 'latest'

/** More than anybody has pulled. */
const maxManifests = 10_000
/** A manifest has some hundred bytes for each of a dozen layers. */
const maxManifestBytes = 1_048_576
/** Licences and templates are read to here. */
const maxTextBytes = 65_536
const maxLicence = 100

const manifestSchema = z.object({
  layers: z
    .array(z.object({ mediaType: z.string(), digest: z.string(), size: z.number().nonnegative() }))
    .max(10_000),
})
type Layer = z.infer<typeof manifestSchema>['layers'][number]

interface OllamaName {
  host: string
  namespace: string
  model: string
  tag: string
}

/** Models that Ollama pulled, by the names that `ollama list` prints: `ollama:llama3:8b`, `ollama:me/teller:latest`. */
export function ollamaStore(folder: string): ModelSource {
  const texts = new Map<string, string>()

  const blobOf = async (digest: string): Promise<{ path: string; bytes: number } | undefined> => {
    const hash = hashOf(digest)
    if (hash === undefined) return undefined
    for (const name of [`sha256-${hash}`, `sha256:${hash}`]) {
      const file = path.join(folder, 'blobs', name)
      const found = await stat(file).catch(() => undefined)
      if (found?.isFile()) return { path: file, bytes: found.size }
    }
    return undefined
  }

  /** A layer never changes: it is named by what is in it. */
  const textOf = async (layer: Layer | undefined): Promise<string> => {
    if (layer === undefined) return ''
    const known = texts.get(layer.digest)
    if (known !== undefined) return known
    const blob = await blobOf(layer.digest)
    const isText = blob !== undefined && blob.bytes <= maxTextBytes
    const text = isText ? await readFile(blob.path, 'utf8').catch(() => '') : ''
    texts.set(layer.digest, text)
    return text
  }

  /** Undefined where it is of no model that lies here as one file: Ollama also has some elsewhere, or in parts. */
  const open = async (name: OllamaName): Promise<FoundFile | BrokenFile | undefined> => {
    const ref = prefix + printName(name)
    const manifest = path.join(folder, 'manifests', name.host, name.namespace, name.model, name.tag)
    const layers = await readManifest(manifest)
    if (layers === 'absent') return undefined
    if (layers === 'broken') {
      return {
        file: ref,
        message: `Its manifest ${manifest} is none that Ollama writes.`,
        hint: `Pull it again: ollama pull ${printName(name)}`,
      }
    }
    const layerOf = (kind: string): Layer | undefined =>
      layers.find(({ mediaType }) => mediaType === `application/vnd.ollama.image.${kind}`)
    const model = layerOf('model')
    if (model === undefined) return undefined
    const blob = await blobOf(model.digest)
    if (blob?.bytes !== model.size) return lacksBlob(ref, name, model, blob?.bytes)
    const license = firstLine(await textOf(layerOf('license')))
    const goTemplate = await textOf(layerOf('template'))
    return {
      ref,
      path: blob.path,
      sha256: hashOf(model.digest)!,
      ...(license !== '' && { license }),
      ...(goTemplate !== '' && { goTemplate }),
    }
  }

  const lacksBlob = (ref: string, name: OllamaName, model: Layer, bytes: number | undefined): BrokenFile => {
    const blob = path.join(folder, 'blobs', `sha256-${hashOf(model.digest) ?? ''}`)
    const what =
      hashOf(model.digest) === undefined
        ? `Its manifest names a model by what is no sha256: ${model.digest.slice(0, 100)}.`
        : bytes === undefined
          ? `Its manifest is there, but not the file of the model, ${blob}.`
          : `The file of the model, ${blob}, has ${bytes} bytes in place of ${model.size}.`
    return { file: ref, message: what, hint: `Pull it again: ollama pull ${printName(name)}` }
  }

  const names = async (): Promise<OllamaName[]> => {
    let below: string[][] = [[]]
    for (let level = 0; level < 4; level++) {
      const next: string[][] = []
      for (const parts of below) {
        for (const name of await entriesOf(path.join(folder, 'manifests', ...parts))) {
          if (next.length < maxManifests) next.push([...parts, name])
        }
      }
      below = next
    }
    return below.map(([host = '', namespace = '', model = '', tag = '']) => ({ host, namespace, model, tag }))
  }

  return {
    kind: 'ollama',
    folder,
    async list() {
      const listing: Listing = { files: [], broken: await halfPulled(folder) }
      for (const name of await names()) {
        const found = await open(name)
        if (found === undefined) continue
        if ('ref' in found) listing.files.push(found)
        else listing.broken.push(found)
      }
      return listing
    },
    async find(given) {
      const name = parseName(given)
      if (name === undefined) return undefined
      const found = (await open(name)) ?? (await openLike(name))
      if (found === undefined || 'ref' in found) return found
      throw new WoolgatherError('model-not-found', `“${given}” cannot be used. ${found.message}`, {
        input: 'file',
        ...(found.hint !== undefined && { hint: found.hint }),
      })
    },
  }

  /** Names of Ollama are the same in upper and lower case. */
  async function openLike(name: OllamaName): Promise<FoundFile | BrokenFile | undefined> {
    const wanted = printName(name).toLowerCase()
    const like = (await names()).find((other) => printName(other).toLowerCase() === wanted)
    return like && open(like)
  }
}

function hashOf(digest: string): string | undefined {
  return /^sha256[:-]([0-9a-f]{64})$/.exec(digest)?.[1]
}

/** As `ollama list` does. */
function printName({ host, namespace, model, tag }: OllamaName): string {
  const isUsual = host.toLowerCase() === usualHost
  const where = !isUsual
    ? `${host}/${namespace}/`
    : namespace.toLowerCase() === usualNamespace
      ? ''
      : `${namespace}/`
  return `${where}${model}:${tag}`
}

/** Undefined where it is no name of Ollama's; its parts become folders, so none may lead elsewhere. */
function parseName(given: string): OllamaName | undefined {
  if (!given.startsWith(prefix)) return undefined
  const [, base = '', tag = usualTag] = /^(.*?)(?::([^:/]+))?$/.exec(given.slice(prefix.length)) ?? []
  const parts = base.split('/')
  const model = parts.pop() ?? ''
  const namespace = parts.pop() ?? usualNamespace
  const host = parts.pop() ?? usualHost
  const isName = [namespace, model, tag].every((part) => /^[\w][\w.-]{0,127}$/.test(part))
  if (parts.length > 0 || !isName || !/^[\w][\w.:-]{0,349}$/.test(host)) return undefined
  return { host, namespace, model, tag }
}

async function readManifest(file: string): Promise<Layer[] | 'absent' | 'broken'> {
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile()) return 'absent'
  if (found.size > maxManifestBytes) return 'broken'
  try {
    return manifestSchema.parse(JSON.parse(await readFile(file, 'utf8'))).layers
  } catch {
    return 'broken'
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => !name.startsWith('.')).sort()
}

/** Ollama writes a layer as `sha256-HASH-partial` until it is whole; its name is not known before. */
async function halfPulled(folder: string): Promise<BrokenFile[]> {
  const blobs = await readdir(path.join(folder, 'blobs')).catch((error: unknown) => error)
  if (!Array.isArray(blobs)) {
    const isClosed = (blobs as NodeJS.ErrnoException).code === 'EACCES'
    return isClosed
      ? [
          {
            file: path.join(folder, 'blobs'),
            message: 'Models of Ollama lie there, and whoever runs Woolgather may not read them.',
            hint: 'Join the group that may: sudo usermod -aG ollama $USER, then log in again.',
          },
        ]
      : []
  }
  return (blobs as string[])
    .filter((name) => /^sha256[-:][0-9a-f]{64}-partial$/.test(name))
    .map((name) => ({
      file: path.join(folder, 'blobs', name),
      message: 'This is the beginning of a model that Ollama did not finish pulling.',
      hint: 'Pull it again with `ollama pull`: it goes on from there.',
    }))
}

function firstLine(text: string): string {
  const line = text.split('\n').find((one) => one.trim() !== '') ?? ''
  return line.trim().replaceAll(/\s+/g, ' ').slice(0, maxLicence)
}
