import { parentPort, type MessagePort } from 'node:worker_threads'
import { ConstraintError, type ConstraintErrorCode, type SourcePosition } from './errors/constraint-error.ts'
import { allAtOnce } from './grammar/steps.ts'
import { prepareParsed } from './prepare-source.ts'
import { parseSource, type ConstraintSource } from './source.ts'
import { namesIn } from './tokens/named-tokens.ts'
import { packSource, unpackSets, type PackedSets, type PackedSource } from './pack-source.ts'

/** What a thread is asked: a source, its schemas as JSON, and what its tokens are, if it is for such. */
export interface Asked {
  readonly source: string
  readonly tokens?: { readonly size: number; readonly writable: PackedSets }
}

/** What it answers; where names come first, the tokens of those are sent to it, and it answers again. */
export type Answer =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'prepared'; readonly packed: PackedSource }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly error: unknown }

export interface Refusal {
  readonly code: ConstraintErrorCode
  readonly message: string
  readonly where: SourcePosition
  readonly hint: string | undefined
}

/** What `CompileThreads` starts: prepares one source after the other. */
if (parentPort !== null) serve(parentPort)

function serve(port: MessagePort): void {
  let afterNames: ((numbers: ReadonlyMap<string, number>) => PackedSource) | undefined
  const answer = (work: () => Answer): void => {
    const message = answerOf(work)
    port.postMessage(message, message.kind === 'prepared' ? buffersOf(message.packed) : [])
  }
  port.on('message', (message: Asked | ReadonlyMap<string, number>) => {
    if (message instanceof Map) {
      const prepare = afterNames!
      return answer(() => ({ kind: 'prepared', packed: prepare(message) }))
    }
    answer(() => {
      const { source, tokens } = message as Asked
      const parsed = parseSource(JSON.parse(source) as ConstraintSource)
      const writable = tokens && allAtOnce(unpackSets(tokens.writable))[0]!
      const prepare = (numbers: ReadonlyMap<string, number>): PackedSource => {
        const facts = tokens && writable && { size: tokens.size, writable, numbers }
        return packSource(allAtOnce(prepareParsed(parsed, facts)))
      }
      const names = tokens === undefined ? [] : namesIn(parsed.grammar)
      if (names.length === 0) return { kind: 'prepared', packed: prepare(new Map()) }
      afterNames = prepare
      return { kind: 'names', names }
    })
  })
}

function answerOf(work: () => Answer): Answer {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ConstraintError)) return { kind: 'failed', error }
    const { code, message, where, hint } = error
    return { kind: 'refused', refusal: { code, message, where, hint } }
  }
}

/** What changes hands instead of being copied. */
function buffersOf({ network, facts, usable, intervals, sets, conditions }: PackedSource): ArrayBuffer[] {
  const { characterEdges, emptyEdges, calls, conditionEdges, endOf, ruleStart } = network
  const edges = [characterEdges, emptyEdges, calls, conditionEdges].flatMap(({ from, to, label }) => [
    from,
    to,
    label,
  ])
  const arrays = [
    ...edges,
    endOf,
    ruleStart,
    facts.nullable,
    facts.alive,
    facts.aliveRule,
    facts.tail,
    usable,
    intervals.intervalStart,
    intervals.intervalClass,
    sets.points,
    sets.ends,
    ...conditions,
  ]
  return [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))]
}
