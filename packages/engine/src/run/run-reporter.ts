import { isDiskFull, WoolgatherError, type Json, type OutputValue, type RunError } from '@woolgather/workflow'
import type { ArtifactStore } from '../cache/artifact-store.ts'
import type { EventStream } from './event-stream.ts'
import type { CellGraph } from './cell-graph.ts'
import type { Cell, Skip } from './cell.ts'
import { outputsForEvent } from './outputs-for-event.ts'

/** Between two reports of how far the run is. */
const progressMs = 250

/** Tells what becomes of the cells of a run, and counts them. */
export class RunReporter {
  readonly #events: EventStream
  readonly #artifacts: ArtifactStore | undefined
  /** Nodes already told to be missing at a coordinate. */
  readonly #missing = new Set<string>()
  #known = 0
  #settled = 0
  #lastProgress = Date.now()

  constructor(events: EventStream, artifacts: ArtifactStore | undefined) {
    this.#events = events
    this.#artifacts = artifacts
  }

  asked(cell: Cell): void {
    if (cell.owner.visible) this.#known++
  }

  /** A cell that an earlier attempt settled: counted, not told. */
  restored(): void {
    this.#settled++
  }

  started(cell: Cell): void {
    if (!cell.owner.visible) return
    this.#events.send({ type: 'cell.started', ...whereIs(cell), ...cell.runsBecause })
  }

  /** @throws WoolgatherError write-failed, or the system's error of a full disk, where the outputs could not be kept for those who read the events */
  done(cell: Cell, outputs: Readonly<Record<string, Json>>, how: { milliseconds: number } | 'cached'): void {
    if (!cell.owner.visible) return
    const { plan, space } = cell.owner
    const node = plan.path
    const at = space.at(cell.point)
    const shown = this.#shown(outputs)
    this.#settled++
    if (how === 'cached') {
      this.#events.sendFor(cell, {
        type: 'cell.cached',
        node,
        at,
        outputs: shown,
        reason: 'same inputs as before',
      })
    } else {
      const milliseconds = Math.round(how.milliseconds * 1000) / 1000
      this.#events.sendFor(cell, { type: 'cell.finished', node, at, outputs: shown, milliseconds })
    }
  }

  #shown(outputs: Readonly<Record<string, Json>>): Record<string, OutputValue> {
    try {
      return outputsForEvent(outputs, this.#artifacts)
    } catch (cause) {
      if (isDiskFull(cause)) throw cause
      throw new WoolgatherError('write-failed', 'The outputs could not be stored.', { cause })
    }
  }

  failed(cell: Cell, error: RunError): void {
    if (cell.owner.visible) this.#settled++
    this.#events.sendFor(cell, { type: 'cell.failed', ...whereIs(cell), error })
  }

  skipped(cell: Cell, { reason, because }: Skip): void {
    if (!cell.owner.visible) return
    this.#settled++
    this.#events.sendFor(cell, { type: 'cell.skipped', ...whereIs(cell), reason, because })
  }

  /** Cells over an axis that never came to be: told once per node, at the coordinate at which it is missing. */
  missingAxis(graph: CellGraph, axis: number, maker: Cell, { reason, because }: Skip): void {
    const { at } = whereIs(maker)
    for (const { plan, visible } of graph.nodes) {
      if (!visible || plan.lazy || !plan.axes.includes(axis)) continue
      const key = `${plan.index}\0${JSON.stringify(at)}`
      if (this.#missing.has(key)) continue
      this.#missing.add(key)
      this.#events.send({ type: 'cell.skipped', node: plan.path, at, reason, because })
    }
  }

  /** What only a switch could have asked for and none did. */
  unchosen(graph: CellGraph): void {
    for (const { plan, visible, space, cells } of graph.nodes) {
      if (!plan.lazy || !visible) continue
      for (let point = 0; point < space.size; point++) {
        if ((cells[point]?.state ?? 'idle') !== 'idle') continue
        this.#events.send({
          type: 'cell.skipped',
          node: plan.path,
          at: space.at(point),
          reason: 'not chosen',
          because: 'not-chosen',
        })
      }
    }
  }

  /** How far the run is, where it is long enough since that was told. */
  progress(always = false): void {
    const now = Date.now()
    if (!always && now - this.#lastProgress < progressMs) return
    this.#lastProgress = now
    this.#events.send({ type: 'run.progress', done: this.#settled, total: this.#known })
  }
}

function whereIs(cell: Cell): { node: string; at: Record<string, number> } {
  const { plan, space } = cell.owner
  return { node: plan.path, at: space.at(cell.point) }
}
