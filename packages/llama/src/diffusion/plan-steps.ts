import type { DiffusionSchedule } from '../contract/diffusing.ts'

/** Places from `start` up to `end`, of which `holes` are to be filled in `steps` steps. */
export interface Block {
  start: number
  end: number
  holes: number
  steps: number
}

export interface PlanInput {
  canvas: readonly (number | null)[]
  steps: number
  /** Absent: the whole canvas. */
  blockLength?: number | undefined
  /** A step that finds nothing to fill is of use where tokens are masked again. */
  mayRevise: boolean
}

/** The blocks with holes share the steps, the first ones get what is left over; none takes more than it has holes. */
export function planBlocks({ canvas, steps, blockLength, mayRevise }: PlanInput): Block[] {
  const width = blockLength ?? canvas.length
  const blocks: Omit<Block, 'steps'>[] = []
  for (let start = 0; start < canvas.length; start += width) {
    const end = Math.min(start + width, canvas.length)
    const holes = canvas.slice(start, end).filter((token) => token === null).length
    if (holes > 0) blocks.push({ start, end, holes })
  }
  const each = Math.max(1, Math.floor(steps / blocks.length))
  const over = Math.max(0, steps - each * blocks.length)
  return blocks.map((block, index) => {
    const share = each + (index < over ? 1 : 0)
    return { ...block, steps: mayRevise ? share : Math.min(share, block.holes) }
  })
}

/** Of the noise that is left when training counts a text as clear. */
const epsilon = 1e-3

/**
 * How many holes a step fills, at least one.
 * @param done steps of the block that were taken before
 * @param left holes of the block
 */
export function countToFill(
  { holes, steps }: Block,
  schedule: DiffusionSchedule,
  { done, left }: { done: number; left: number },
): number {
  const remaining = steps - done
  if (remaining <= 1) return left
  if (schedule === 'linear') return Math.ceil(left / remaining)
  const filled = Math.round(holes * shareFilled(schedule, (done + 1) / steps))
  return Math.max(1, Math.min(left, filled - (holes - left)))
}

/** Share of the holes that is filled after a share of the steps. */
function shareFilled(schedule: 'cosine' | 'timestep', x: number): number {
  if (schedule === 'cosine') return 1 - Math.cos((Math.PI / 2) * x)
  // Of what is masked at time t, 1 − s/t is filled on the way to s: all steps together leave t of it.
  return x * (1 - epsilon)
}
