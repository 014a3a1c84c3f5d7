import { rowsWasm } from './rows-wasm.ts'

interface RowKernels {
  memory: { readonly buffer: ArrayBuffer; grow: (pages: number) => number }
  largest: (count: number) => number
  nextAbove: (from: number, count: number, least: number) => number
  sumExponentials: (count: number, most: number, scale: number) => number
}

/** Node has it, but leaves its types to those of browsers. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    Module: new (bytes: Uint8Array) => object
    Instance: new (module: object) => { exports: unknown }
  }
}

/** Logits that are looked at together. */
export const rowBlock = 16
const pageBytes = 65_536

let kernels: RowKernels | undefined

function load(): RowKernels {
  const module = new WebAssembly.Module(Buffer.from(rowsWasm, 'base64'))
  return new WebAssembly.Instance(module).exports as RowKernels
}

/** A copy of a row of logits where `rows.wat` computes: good until the next row is held. */
export interface HeldRow {
  /** The largest logit, NaN passed over; −Infinity where there is none. */
  largest: () => number
  /**
   * Σ e^((x − most) / temperature), to 2e-7 of it; NaN where one of them is.
   * @param most at least the largest
   * @param temperature above 0; 1 where absent
   */
  sumExponentials: (most: number, temperature?: number) => number
  /** What each 16 logits added to the last sum, in four parts. */
  sumsOfBlocks: () => Float32Array
  /** Makes what is below `least` impossible. */
  forbidBelow: (least: number) => void
  /** Start of the first 16 logits from `from` on, a multiple of 16, of which one is above `least`; absent: none. */
  nextAbove: (from: number, least: number) => number | undefined
}

export function holdRow(row: Float32Array): HeldRow {
  const { memory, largest, nextAbove, sumExponentials } = (kernels ??= load())
  const count = Math.ceil(row.length / rowBlock) * rowBlock
  const missing = 5 * count - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes))
  const held = new Float32Array(memory.buffer, 0, count)
  held.set(row)
  held.fill(-Infinity, row.length)
  return {
    largest: () => largest(count),
    sumExponentials: (most, temperature = 1) => sumExponentials(count, most, scaleOf(temperature)),
    sumsOfBlocks: () => new Float32Array(memory.buffer, 4 * count, count / 4),
    forbidBelow: (least) => {
      for (let index = 0; index < row.length; index++) if (held[index]! < least) held[index] = -Infinity
    },
    nextAbove: (from, least) => {
      const found = nextAbove(from, count, least)
      return found < count ? found : undefined
    },
  }
}

/** Of any temperature above 0 a number that −∞ and 0 can be multiplied with. */
function scaleOf(temperature: number): number {
  return Math.min(Math.max(Math.LOG2E / temperature, 1e-30), 1e30)
}
