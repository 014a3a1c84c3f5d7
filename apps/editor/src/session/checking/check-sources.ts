import type { ConstraintSource, SourceCheck } from '@woolgather/constraint/check'
import { findSources } from '../../document/find-sources.ts'
import type { SourceChecker } from '../../store/source-checker.ts'

/** Milliseconds one source may take, on a machine that has much else to do. What takes longer is told by the run. */
const patience = 10_000

/** Sources whose outcome is kept: more than a workflow has, with what was typed on the way. */
const keptOutcomes = 200

/** Compiles in a thread of its own: a pattern can be made to take as long as is allowed. */
export function createSourceChecker(): SourceChecker {
  /** What came of the sources compiled so far, by what they say. */
  const outcomes = new Map<string, SourceCheck>()
  const thread = new CheckThread()
  return {
    issues: (workflow, types) =>
      findSources(workflow, types).flatMap(({ node, input, source }) => {
        const problem = outcomes.get(JSON.stringify(source))?.problem
        return problem ? [{ code: 'invalid-input' as const, node, input, ...problem }] : []
      }),

    warnings: (workflow, types) =>
      findSources(workflow, types).flatMap(({ node, input, source }) => {
        const notes = outcomes.get(JSON.stringify(source))?.notes ?? []
        return notes.map((message) => ({ code: 'ignored-in-constraint' as const, node, input, message }))
      }),

    async check(workflow, types) {
      for (const { source } of findSources(workflow, types)) {
        const key = JSON.stringify(source)
        if (outcomes.has(key)) continue
        const told = await thread.ask(source)
        if (told !== undefined) outcomes.set(key, told)
        for (const oldest of outcomes.keys()) if (outcomes.size > keptOutcomes) outcomes.delete(oldest)
      }
    },
  }
}

type Outcome = SourceCheck | undefined

const nothingTold: SourceCheck = { notes: [] }

/** A thread that answers one question at a time. It is started when it is first asked, and anew after it took too long. */
class CheckThread {
  #worker: Promise<Worker | undefined> | undefined
  #answered: Promise<unknown> = Promise.resolve()

  /** Of what takes too long nothing is told; `undefined` without a thread to ask. */
  ask(source: ConstraintSource): Promise<Outcome> {
    const outcome = this.#answered.then(() => this.#compile(source))
    this.#answered = outcome
    return outcome
  }

  async #compile(source: ConstraintSource): Promise<Outcome> {
    this.#worker ??= startWorker()
    const asked = await this.#worker
    if (!asked) return (this.#worker = undefined)
    return new Promise((resolve) => {
      const giveUp = (): void => {
        asked.terminate()
        this.#worker = undefined
        resolve(nothingTold)
      }
      const timer = setTimeout(giveUp, patience)
      asked.onmessage = ({ data }: MessageEvent<SourceCheck>) => {
        clearTimeout(timer)
        resolve(data)
      }
      asked.onerror = () => {
        clearTimeout(timer)
        giveUp()
      }
      asked.postMessage(source)
    })
  }
}

/** A thread that is there and listens: how long it takes to load is no source's fault. Nothing where it cannot be had. */
function startWorker(): Promise<Worker | undefined> {
  const started = new Worker(new URL('check-sources.worker.ts', import.meta.url), { type: 'module' })
  return new Promise((resolve) => {
    started.onmessage = () => resolve(started)
    started.onerror = () => resolve(undefined)
  })
}
