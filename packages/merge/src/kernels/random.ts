/**
 * Decides which elements a random method keeps: fills `mask` with 1 for those kept and 0 for the others, for the
 * first `count` elements from `offset` of the tensor on. `keep` is the probability of all, or of each. Must give
 * the same answer whenever asked, as a tensor may be gone through several times.
 */
export type DrawMask = (
  model: number,
  offset: number,
  count: number,
  keep: number | Float32Array,
  mask: Uint8Array,
) => void

/**
 * Masks that depend on the seed, the tensor's name, the model's place and the element's index alone: the same
 * however a tensor is cut into chunks and whichever thread works on it. Repeats after 2³² elements, more than any
 * tensor has.
 */
export function seededMasks(seed: number, tensor: string): DrawMask {
  const tensorKey = hashText(tensor, hashNumber(seed))
  return (model, offset, count, keep, mask) => {
    const key = scramble((tensorKey + Math.imul(model + 1, golden)) | 0)
    if (typeof keep === 'number') fillEven(key, offset, count, keep, mask)
    else fillEach(key, offset, count, keep, mask)
  }
}

const golden = 0x9e3779b9
/** Probabilities are compared in 31 bits, where a subtraction's sign is the answer and no branch is mispredicted. */
const certain = 2 ** 31

function fillEven(key: number, offset: number, count: number, keep: number, mask: Uint8Array): void {
  const bound = Math.min(Math.round(keep * certain), certain - 1) | 0
  for (let i = 0; i < count; i++) {
    mask[i] = ((scramble((key + Math.imul(offset + i, golden)) | 0) >>> 1) - bound) >>> 31
  }
}

function fillEach(key: number, offset: number, count: number, keep: Float32Array, mask: Uint8Array): void {
  for (let i = 0; i < count; i++) {
    const bound = (keep[i]! * (certain - 1)) | 0
    mask[i] = ((scramble((key + Math.imul(offset + i, golden)) | 0) >>> 1) - bound) >>> 31
  }
}

/** A bijection of 32 bits in which every input bit reaches every output bit (constants of Chris Wellons' search). */
function scramble(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x21f0aaad)
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97)
  return bits ^ (bits >>> 15)
}

function hashNumber(seed: number): number {
  const whole = Math.floor(seed)
  return scramble((scramble(whole | 0) + Math.floor(whole / 2 ** 32)) | 0)
}

function hashText(text: string, start: number): number {
  let hash = start
  for (let i = 0; i < text.length; i++) hash = scramble((hash + Math.imul(text.charCodeAt(i), golden)) | 0)
  return hash
}
