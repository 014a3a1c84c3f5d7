import type { ConstraintSource } from '@woolgather/constraint'
import type { DiffuseRequest } from '@woolgather/llama'
import type { Canvas } from '@woolgather/workflow'
import type { ReadyModel } from '../../services/services.ts'
import { beginConstraint } from '../../steering/constraints/begin-constraint.ts'

type CanvasConstraint = NonNullable<DiffuseRequest['constraints']>[number]

/** What each hole must match: its own pattern, or else what is asked of all. @throws WoolgatherError invalid-input */
export async function constrainHoles(
  ready: ReadyModel,
  canvas: Canvas,
  source: ConstraintSource | undefined,
  prompt: DiffuseRequest['prompt'],
): Promise<CanvasConstraint[]> {
  const found: CanvasConstraint[] = []
  let from = 0
  for (const part of canvas.parts) {
    const to = from + ('hole' in part ? part.hole : part.tokens.length)
    const own = 'hole' in part ? (part.pattern === undefined ? source : regexOf(part.pattern)) : undefined
    if (own !== undefined) found.push({ from, to, constraint: await beginConstraint(ready, own, prompt) })
    from = to
  }
  return found
}

function regexOf(pattern: string): ConstraintSource {
  return { kind: 'regex', pattern }
}
