import { catalogueSchema, type Catalogue, type Fabric } from '@woolgather/fabric'
import type { ModelFile } from '@woolgather/protocol'
import type { KnownWorkers } from './known-workers.ts'

/** The models of workers, and whether they are others than before. */
export interface OfferedModels {
  /** Undefined where nothing has changed since it was asked last. */
  changed(): Promise<ModelFile[] | undefined>
  /** What was downloaded from an address, as far as that is known by now; undefined where it is no such file. */
  downloadedFrom(address: string, sha256: string | undefined): string | undefined
}

/** Of what workers have under one name, what counts is what cells would be run with. */
export function gatherOffered(
  fabric: Pick<Fabric, 'artifacts'>,
  workers: Pick<KnownWorkers, 'present' | 'knownContentOf'>,
): OfferedModels {
  let told = ''
  let read = new Map<string, Catalogue>()
  let byAddress = new Map<string, string>()

  const readOne = async (artifact: string): Promise<Catalogue | undefined> => {
    const bytes = await fabric.artifacts.get(artifact)
    if (bytes === undefined) return undefined
    return catalogueSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data
  }

  return {
    downloadedFrom(address, sha256) {
      const file = byAddress.get(address)
      if (file === undefined || sha256 === undefined) return file
      return workers.knownContentOf(file) === sha256 ? file : undefined
    },
    async changed() {
      const present = workers
        .present()
        .flatMap(({ name, catalogue }) => (catalogue === undefined ? [] : [{ name, catalogue }]))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      const key = JSON.stringify(present)
      if (key === told) return undefined
      const catalogues = new Map<string, Catalogue>()
      for (const { catalogue } of present) {
        const known = catalogues.get(catalogue) ?? read.get(catalogue) ?? (await readOne(catalogue))
        if (known !== undefined) catalogues.set(catalogue, known)
      }
      read = catalogues
      told = key
      const offered = new Map<string, ModelFile & { workers: string[] }>()
      for (const { name, catalogue } of present) {
        for (const { content, model } of catalogues.get(catalogue) ?? []) {
          if (workers.knownContentOf(model.file) !== content) continue
          const one = offered.get(model.file) ?? { ...model, workers: [] }
          offered.set(model.file, one)
          one.workers.push(name)
        }
      }
      byAddress = new Map(
        [...offered.values()].flatMap(({ file, downloadedFrom }) =>
          downloadedFrom === undefined ? [] : [[downloadedFrom, file]],
        ),
      )
      return [...offered.values()].toSorted((a, b) => (a.file < b.file ? -1 : 1))
    },
  }
}
