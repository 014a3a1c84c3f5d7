import { setImmediate } from 'node:timers/promises'
import { rangeChoicesSchema, rangeRowsSchema, type RangeAccepted, type RunsNews } from '@woolgather/protocol'
import { WoolgatherError, type Json, type RunEvent, type Workflow } from '@woolgather/workflow'
import { toRunError } from '../errors/to-run-error.ts'
import { waitForNews } from '../runs/wait-for-news.ts'
import type { RunService, SubmitChoices } from '../runs/run-service.ts'
import { parseDocument, refused } from './answer-runs.ts'
import { runNames } from './run-names.ts'
import { readBody } from './read-request.ts'
import { handlers } from './serve-endpoints.ts'

/** Characters of events in one answer, but for what is longer alone. */
const mostCharacters = 4_194_304

/** Runs of one workflow, as many as rows of a table, that are begun and followed together. */
export function answerRanges(runs: RunService) {
  const submitOne = (base: Workflow, row: Record<string, Json>, choices: SubmitChoices): Accepted => {
    try {
      const { nodes } = parseDocument({ ...base, nodes: row })
      const workflow = { ...base, nodes: { ...base.nodes, ...nodes } }
      const { run, issues } = runs.submit(workflow, choices)
      return issues === undefined ? { run } : { error: toRunError(refused(issues)) }
    } catch (error) {
      // Also where the disk is full in the middle: what was begun before is told all the same.
      if (error instanceof WoolgatherError) return { error: toRunError(error) }
      throw error
    }
  }

  const newsOf = (asked: readonly { run: string; after: number }[]): RunsNews['runs'] => {
    const news: RunsNews['runs'] = []
    let characters = 0
    for (const { run, after } of asked) {
      if (characters >= mostCharacters) break
      const last = runs.lastSeq(run)
      if (last === undefined) news.push({ run, unknown: true })
      if (last === undefined || last <= after) continue
      const { texts } = runs.page(run, after) ?? { texts: [] }
      characters += texts.reduce((sum, { length }) => sum + length, 0)
      news.push({ run, events: texts.map((text) => JSON.parse(text) as RunEvent) })
    }
    return news
  }

  return handlers({
    async submitRange({ request }) {
      // Workflows are read by `parseWorkflow`, which bounds depth before anything walks through them.
      const { workflow, rows, ...rest } = Object(request.body) as Record<string, unknown>
      const choices = readBody(rangeChoicesSchema, rest)
      const base = parseDocument(workflow)
      const nameOf = runNames(request, { workflow, rest })
      const accepted: Accepted[] = []
      for (const row of readBody(rangeRowsSchema, rows)) {
        accepted.push(submitOne(base, row, { ...choices, run: nameOf([accepted.length, row]) }))
        // Others want something, too.
        await setImmediate()
      }
      return { runs: accepted }
    },
    async followRuns({ body: { runs: asked, wait = 0 }, response }) {
      await waitForNews(runs, asked, { seconds: wait, response })
      return { runs: newsOf(asked) }
    },
  })
}

type Accepted = RangeAccepted['runs'][number]
