import { randomUUID } from 'node:crypto'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { writeAll } from '@woolgather/disk'
import { GgufError } from './gguf-error.ts'
import { planGguf, type GgufLayout, type GgufPlan } from './plan-gguf.ts'

/**
 * A GGUF file being written, under a temporary name beside its own until `finish`: nobody ever sees half of it, and
 * one that is mapped into memory never changes under its reader.
 *
 * Tensors may come in any order and in pieces. Other threads may write tensors themselves, at `start` of their
 * layout in `temporaryPath`, and tell of it with `wrote`.
 */
export class GgufWriter {
  readonly path: string
  readonly temporaryPath: string
  readonly layout: GgufLayout
  readonly #file: FileHandle
  readonly #missing: Map<string, number>
  readonly #starts: ReadonlyMap<string, number>

  /** Use `createGguf`. */
  constructor(path: string, temporaryPath: string, file: FileHandle, layout: GgufLayout) {
    this.path = path
    this.temporaryPath = temporaryPath
    this.layout = layout
    this.#file = file
    this.#missing = new Map(layout.tensors.map(({ name, bytes }) => [name, bytes]))
    this.#starts = new Map(layout.tensors.map(({ name, start }) => [name, start]))
  }

  /** Writes bytes of a tensor, `offset` bytes into it. @throws RangeError where they do not fit */
  async write(name: string, data: Uint8Array, offset = 0): Promise<void> {
    this.wrote(name, data.length)
    const start = this.#starts.get(name) ?? 0
    await writeAll(this.#file, data, start + offset)
  }

  /** Counts bytes of a tensor as written. @throws RangeError where the tensor has no room for them */
  wrote(name: string, bytes: number): void {
    const missing = this.#missing.get(name)
    if (missing === undefined) throw new RangeError(`There is no tensor ${name} to write`)
    if (bytes > missing) throw new RangeError(`${name} has room for ${missing} more bytes, not ${bytes}`)
    this.#missing.set(name, missing - bytes)
  }

  /** Gives the whole file its name. @throws GgufError where bytes of a tensor are missing */
  async finish(): Promise<void> {
    for (const [name, bytes] of this.#missing) {
      if (bytes > 0) throw new GgufError(`${bytes} bytes of ${name} were not written`)
    }
    await this.#file.sync()
    await this.#file.close()
    await rename(this.temporaryPath, this.path)
  }

  /** Gives up: nothing remains. */
  async abort(): Promise<void> {
    await this.#file.close()
    await rm(this.temporaryPath, { force: true })
  }
}

/** Begins a GGUF file: the header is written, and room for the tensors is made. */
export async function createGguf(path: string, plan: GgufPlan): Promise<GgufWriter> {
  const layout = planGguf(plan)
  const temporaryPath = `${path}.${randomUUID()}.tmp`
  const file = await open(temporaryPath, 'wx')
  try {
    await writeAll(file, layout.header)
    // Padding between tensors is what is never written: zeros.
    await file.truncate(layout.fileBytes)
    return new GgufWriter(path, temporaryPath, file, layout)
  } catch (error) {
    await file.close()
    await rm(temporaryPath, { force: true })
    throw error
  }
}
