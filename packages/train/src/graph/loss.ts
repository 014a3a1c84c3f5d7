import type { ModelShape } from './model-shape.ts'
import type { Tape } from './tape.ts'
import type { Tensor } from './tensor.ts'

/** What is to be learnt of what was read. */
export interface Targets {
  /** Which of the tokens read are followed by one that counts: [count]. */
  rows: Tensor
  /** The tokens that follow: [count]. */
  tokens: Tensor
  /** Place of each in the logits of its part, seen as one column: token + (row in the part) · vocabulary. */
  places: Tensor
  /** What each counts: [1, count]. */
  weights: Tensor
}

/** Bytes of logits that are in memory at once, about: large vocabularies are gone through in parts. */
const partBytes = 67_108_864
/** Rows of the output matrix whose gradient is computed at once. */
const sliceRows = 16_384

/** How many targets are computed at once. */
export function targetsAtOnce(vocabulary: number): number {
  return Math.max(16, Math.floor(partBytes / (4 * vocabulary)))
}

/**
 * The weighted sum of −log p of the targets, which is what is minimised: it gives the states their gradient. No table of targets × vocabulary is made for them: what the gradient of a
 * softmax takes from p at a target is a row of the output matrix.
 */
export function crossEntropy(
  tape: Tape,
  shape: ModelShape,
  head: Tensor,
  states: Tensor,
  targets: Targets,
): Tensor {
  const { emit } = tape
  const count = targets.rows.shape[0]
  const step = targetsAtOnce(shape.vocabulary)
  const chosen = tape.record(emit.rows(states, targets.rows), (gradient) =>
    tape.give(states, () => emit.rowsBack(gradient, targets.rows, states)),
  )
  let total: Tensor | undefined
  const gradients: Tensor[] = []
  for (let from = 0; from < count; from += step) {
    const size = Math.min(step, count - from)
    const part = partOf(tape, { chosen, targets, from, size })
    const logits = emit.matmul(head, part.chosen)
    const bent =
      shape.logitCap === undefined ? undefined : emit.unary('tanh', emit.scale(logits, 1 / shape.logitCap))
    const p = emit.softmax(bent === undefined ? logits : emit.scale(bent, shape.logitCap!), undefined, 1)
    const own = emit.rows(emit.reshaped(p, 1, shape.vocabulary * size), part.places)
    const surprise = emit.multiply(emit.unary('log', emit.clamp(own, 1e-37, 1)), part.weights)
    const sum = emit.scale(emit.sum(surprise), -1)
    // One part after another: the logits of each are as large as what is kept of a block.
    total = emit.next(total === undefined ? sum : emit.add(total, sum))
    if (!states.trains) continue
    gradients.push(
      emit.next(emit.multiply(slopeOf(tape, shape, head, { p, bent, part, size }), part.weights)),
    )
  }
  if (gradients.length > 0) tape.give(chosen, () => gradients.reduce((a, b) => emit.joined(a, b, 1)))
  return total!
}

interface Part {
  chosen: Tensor
  tokens: Tensor
  places: Tensor
  weights: Tensor
}

function partOf(
  { emit }: Tape,
  { chosen, targets, from, size }: { chosen: Tensor; targets: Targets; from: number; size: number },
): Part {
  const width = chosen.shape[0]
  const ints = (tensor: Tensor): Tensor =>
    emit.part(tensor, [size, 1, 1, 1], [4 * size, 4 * size, 4 * size, 4 * from])
  const floats = (tensor: Tensor, columns: number): Tensor =>
    emit.part(
      tensor,
      [columns, size, 1, 1],
      [4 * columns, 4 * columns * size, 4 * columns * size, 4 * columns * from],
    )
  return {
    chosen: floats(chosen, width),
    tokens: ints(targets.tokens),
    places: ints(targets.places),
    weights: floats(targets.weights, 1),
  }
}

/** Of −log p at a target, by what the logits are made of: Wᵀ (p − 1 at the target), with W in floats. */
function slopeOf(
  { emit }: Tape,
  shape: ModelShape,
  head: Tensor,
  { p, bent, part, size }: { p: Tensor; bent: Tensor | undefined; part: Part; size: number },
): Tensor {
  const flat = bent && emit.scale(emit.unary('sqr', bent), -1, 1)
  const pull = flat === undefined ? p : emit.multiply(p, flat)
  const target = emit.rows(head, part.tokens)
  const back =
    flat === undefined
      ? target
      : emit.multiply(target, emit.rows(emit.reshaped(flat, 1, shape.vocabulary * size), part.places))
  const [width, vocabulary] = head.shape
  const rowBytes = emit.rowBytes(head)
  let all: Tensor | undefined
  for (let from = 0; from < vocabulary; from += sliceRows) {
    const rows = Math.min(sliceRows, vocabulary - from)
    const slice = emit.part(
      head,
      [width, rows, 1, 1],
      [rowBytes, rowBytes * rows, rowBytes * rows, rowBytes * from],
    )
    const column = 4 * vocabulary
    const pulls = emit.part(pull, [rows, size, 1, 1], [column, column * size, column * size, 4 * from])
    const own = emit.outer(emit.floats(slice), emit.transposed(pulls))
    all = all === undefined ? own : emit.add(all, own)
  }
  return emit.subtract(all!, back)
}
