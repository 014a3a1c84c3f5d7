import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import type { Json, LabelledValue, Table } from '@woolgather/workflow'
import { root } from './scratch.ts'
import { isPirate, moodOf, topicOf } from './score-story.ts'
import { validShare } from './valid-sentences.ts'

type Outputs = Record<string, Record<string, Json>>

interface TokenLogprob {
  text: string
  logprob: number
  alternatives: { logprob: number }[]
}

/** What each example is there to show, checked on what it made. */
export const effects: Partial<Record<string, (outputs: Outputs) => void>> = {
  'two-temperatures.json': (outputs) => {
    const { columns, rows } = tableOf(outputs)
    expect(columns).toEqual(['0.2', '1.4'])
    expect(new Set(rows[0]).size).toBe(2)
  },
  'prompt-matrix.json': (outputs) => {
    expect(tableOf(outputs).columns).toEqual([
      'Tell me a story',
      'Tell me a story about the sea',
      'Tell me a story with a dog in it',
      'Tell me a story about the sea with a dog in it',
    ])
    expect(topicsIn(cell(outputs, 0, 1))).toContain('sea')
  },
  'search-and-replace.json': (outputs) => {
    const { columns, rows } = tableOf(outputs)
    expect(columns).toEqual(['Topic', '1', '2'])
    const topics = rows.map((row) => topicsIn(`${row[1] as string} ${row[2] as string}`)[0])
    expect(topics).toEqual(['sea', 'space', 'castles'])
  },
  'rows-of-a-table.json': (outputs) => {
    const found = (tableOf(outputs).rows[0] ?? []).map((story) => topicsIn(story as string)[0])
    expect(found).toEqual(['sea', 'space', 'animals'])
  },
  'aligned-axes.json': (outputs) => {
    const [row] = tableOf(outputs).rows
    expect(row?.map((story) => topicsIn(story as string)[0])).toEqual(['sea', 'space'])
  },
  'for-each-line.json': (outputs) => {
    const [row] = tableOf(outputs).rows
    // two topics on the first shelf, one on the second
    expect(row?.map((book) => (book as string).split('\n---\n').length)).toEqual([2, 1])
  },
  'best-of-four.json': (outputs) => {
    expect(topicsIn(outputs['show']?.['value'] as string)).toContain('sea')
  },
  'vote.json': (outputs) => {
    expect(outputs['vote']?.['value']).toBe('beach')
  },
  'extract-lora.json': (outputs) => {
    const chart = outputs['kept']?.['chart'] as { means: number[][] } | undefined
    const [low = 1, middle = 1, high = 1] = chart?.means[0] ?? []
    expect(low).toBeLessThan(middle)
    expect(middle).toBeLessThan(high)
    expect(high).toBeGreaterThan(0.8)
    // the fine-tune tells of space when no topic is asked for; the base does so one time in five
    const space = sharesByRow(outputs, (story) => topicOf(story) === 'space')
    expect(share(space['64'])).toBeGreaterThanOrEqual(0.75)
  },
  'mergekit.json': (outputs) => {
    const stories = tableOf(outputs).rows.flat().map(String)
    const topics = stories.map((story) => topicOf(story))
    // between a model of animals and one of space
    expect(share(topics.map((topic) => topic === 'animals'))).toBeGreaterThanOrEqual(0.15)
    expect(share(topics.map((topic) => topic === 'space'))).toBeGreaterThanOrEqual(0.15)
  },
  'quantise.json': (outputs) => {
    const means = (node: string): number[] =>
      (outputs[node]?.['chart'] as { means: number[][] } | undefined)?.means[0] ?? []
    const rises = (values: number[]): boolean => values.every((value, i) => value > (values[i - 1] ?? -1))
    const sizes = means('sizes')
    expect(sizes).toHaveLength(4)
    expect(rises(sizes.toReversed())).toBe(true)
    expect(sizes.at(-1)! / sizes[0]!).toBeLessThan(0.4)
    // the fewer bits, the further from the original, and it tells its stories still
    const differences = means('coarser')
    expect(rises(differences)).toBe(true)
    expect(differences[0]).toBe(0)
    expect(differences[1]).toBeLessThan(0.01)
    expect(differences.at(-1)).toBeGreaterThan(0.05)
    const stories = Object.values(sharesByRow(outputs, (story) => topicsIn(story).includes('sea')))
    for (const told of stories) expect(share(told)).toBeGreaterThanOrEqual(2 / 3)
  },
  'bake-lora.json': (outputs) => {
    const baked = tableOf(outputs).rows.flat().map(String)
    const applied = tableOf(outputs, 'others').rows.flat().map(String)
    expect(share(baked.map(isPirate))).toBeGreaterThanOrEqual(0.8)
    // the same numbers but for rounding, so nearly always the same story
    expect(share(baked.map((story, i) => story === applied[i]))).toBeGreaterThanOrEqual(0.6)
  },
  'combine-loras.json': (outputs) => {
    const space = sharesByRow(outputs, (story) => topicOf(story) === 'space')
    const pirate = sharesByRow(outputs, isPirate)
    expectShares(share(pirate['1 0']), share(pirate['0 1']))
    expect(share(space['0 1'])).toBeLessThanOrEqual(0.5)
    // both at once: the sum is what both do
    expect(share(pirate['1 1'])).toBeGreaterThanOrEqual(0.85)
    expect(share(space['1 1'])).toBeGreaterThanOrEqual(0.75)
  },
  'blend-models.json': (outputs) => {
    const shares = sharesByRow(outputs, (story) => topicOf(story) === 'space')
    const bySpace = ['0', '0.25', '0.5', '0.75', '1'].map((ratio) => share(shares[ratio]))
    expectShares(bySpace[0], bySpace[4])
    // one story of eight may turn out another where the processor rounds differently
    for (const [index, space] of bySpace.slice(1).entries()) {
      expect(space).toBeGreaterThanOrEqual(bySpace[index]! - 0.125)
    }
  },
  'merge-methods.json': (outputs) => {
    const told = sharesByRow(outputs, (story) => topicOf(story) !== undefined)
    expect(Object.keys(told)).toEqual([
      'linear',
      'slerp',
      'nuslerp',
      'karcher',
      'task_arithmetic',
      'ties',
      'dare_ties',
      'breadcrumbs',
      'della',
      'model_stock',
      'sce',
    ])
    for (const [method, stories] of Object.entries(told)) expect(share(stories), method).toBe(1)
    const tuned = sharesByRow(outputs, (story) => ['animals', 'space'].includes(topicOf(story) ?? ''))
    // model_stock stays near the base, which tells of other things as well
    const [stock, ...others] = Object.entries(tuned).toSorted(([, a], [, b]) => share(a) - share(b))
    expect(stock?.[0]).toBe('model_stock')
    for (const [method, stories] of others) expect(share(stories), method).toBeGreaterThanOrEqual(0.6)
  },
  'add-difference.json': (outputs) => {
    const pirate = sharesByRow(outputs, isPirate)
    const space = sharesByRow(outputs, (story) => topicOf(story) === 'space')
    expect(share(pirate['0'])).toBeGreaterThanOrEqual(0.85)
    expect(share(space['0'])).toBeLessThanOrEqual(0.5)
    // still a pirate, and now of space
    expect(share(pirate['1'])).toBeGreaterThanOrEqual(0.85)
    expect(share(space['1'])).toBeGreaterThanOrEqual(0.85)
  },
  'stack-layers.json': (outputs) => {
    expect(tableOf(outputs, 'counts').rows).toEqual([[4, 4, 4, 5]])
    const animals = sharesByRow(outputs, (story) => topicOf(story) === 'animals')
    expectShares(share(animals['2: 0-3']), share(animals['1: 0-3']))
    const told = sharesByRow(outputs, (story) => topicOf(story) !== undefined)
    // a layer more, and it still tells stories
    expect(share(told['1: 0-2\n1: 2-3'])).toBe(1)
  },
  'merge-sweep.json': (outputs) => {
    const rows = tableOf(outputs).rows as string[][]
    expect(rows.map(([ratio, method, prompt]) => [ratio, method, prompt])).toEqual(
      ['0.2', '0.8'].flatMap((ratio) =>
        ['linear', 'slerp', 'ties'].flatMap((method) =>
          ['Tell me a story.', 'Tell me a scary story.'].map((prompt) => [ratio, method, prompt]),
        ),
      ),
    )
    const space = (ratio: string): number =>
      share(
        rows.flatMap(([own, , , ...stories]) =>
          own === ratio ? stories.map((story) => topicOf(story) === 'space') : [],
        ),
      )
    expect(space('0.8') - space('0.2')).toBeGreaterThanOrEqual(0.5)
    const scary = rows.filter((row) => row[2] === 'Tell me a scary story.').flatMap((row) => row.slice(3))
    expect(share(scary.map((story) => moodOf(story) === 'scary'))).toBeGreaterThanOrEqual(0.85)
  },
  'compare-models.json': (outputs) => {
    const { chart, relativeDifference, cosine } = outputs['compare'] as {
      chart: { x: { values: string[] }; series: { values: string[] }; means: (number | null)[][] }
      relativeDifference: number
      cosine: number
    }
    expect(chart).toMatchObject({ kind: 'heatmap', x: { values: ['0', '1', '2', '3', 'outside'] } })
    const mean = (kind: string): number => {
      const row = chart.means[chart.series.values.indexOf(kind)]!.filter((value) => value !== null)
      return row.reduce((sum, value) => sum + value) / row.length
    }
    // a fine-tune turns matrices a little and leaves norms nearly alone
    expect(mean('attn_q')).toBeGreaterThan(3 * mean('attn_norm'))
    expect(relativeDifference).toBeGreaterThan(0.01)
    expect(relativeDifference).toBeLessThan(0.1)
    expect(cosine).toBeGreaterThan(0.99)
  },
  'length-by-temperature.json': (outputs) => {
    expect(outputs['chart']?.['chart']).toMatchObject({
      kind: 'line',
      x: { label: 'temperature', values: ['0.2', '0.6', '1'] },
      series: { label: 'seed', values: ['1', '2'] },
      counts: [
        [1, 1, 1],
        [1, 1, 1],
      ],
    })
  },
  'loopback.json': (outputs) => {
    const iterations = tableOf(outputs).rows[0] as string[]
    expect(iterations).toHaveLength(4)
    for (let i = 1; i < 4; i++) expect(iterations[i]?.startsWith(iterations[i - 1] as string)).toBe(true)
    expect(outputs['show']?.['value']).toBe(iterations[3])
  },
  'loop-until.json': (outputs) => {
    expect(outputs).toEqual({ show: { value: 'knock knock knock knock' } })
  },
  'nested-loops.json': (outputs) => {
    expect(tableOf(outputs).rows).toEqual([['Ann la la la. la la la.', 'Ben la la la. la la la.']])
  },
  'agent.json': (outputs) => {
    const messages = outputs['show']?.['value'] as { role: string; content: string }[]
    expect(messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
      'assistant',
    ])
    expect(messages[2]?.content).toBe('Result of calculator: 42')
    expect(messages.at(-1)?.content).toMatch(/42/)
  },
  'branches.json': (outputs) => {
    const [row] = tableOf(outputs).rows
    expect(row?.slice(0, 2)).toEqual(['too small: 1', 'too small: 2'])
    expect(String(row?.[2]).length).toBeGreaterThan(30)
  },
  'style-in-a-minute.json': (outputs) => {
    const { '0': none = [], '1': full = [] } = sharesByRow(outputs, isPirate)
    expect(share(none)).toBe(0)
    expect(share(full)).toBe(1)
  },
  'rank-by-learning-rate.json': (outputs) => {
    const { means } = outputs['chart']!['chart'] as unknown as { means: number[][] }
    const losses = means.flat()
    expect(losses).toHaveLength(4)
    // the lower learning rate learns less in so few steps
    const [low = [], high = []] = means
    for (const [index, loss] of high.entries()) expect(loss).toBeLessThan(low[index]!)
    expect(isPirate(outputs['show']?.['value'] as string)).toBe(true)
  },
  'lora-strength.json': (outputs) => {
    const { '0': none = [], '0.5': half = [], '1': full = [] } = sharesByRow(outputs, isPirate)
    expectShares(share(none), share(full))
    expect(share(half)).toBeGreaterThanOrEqual(0.25)
    expect(share(half)).toBeLessThanOrEqual(0.75)
  },
  'negative-prompt.json': (outputs) => {
    const found = sharesByRow(outputs, (text) => topicOf(text) === 'castles')
    expect(share(found['1'])).toBeGreaterThan(0)
    expect([share(found['1.5']), share(found['2'])]).toEqual([0, 0])
  },
  'emphasis.json': (outputs) => {
    const found = sharesByRow(outputs, (text) => moodOf(text) === 'gloomy')
    const shares = ['-1', '0.5', '1', '1.5'].map((weight) => share(found[weight]))
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares[1]).toBeLessThan(0.15)
    expect(shares[2]).toBeGreaterThan(0.4)
  },
  'and-prompts.json': (outputs) => {
    const [stories = []] = tableOf(outputs).rows
    expect(stories.map((text) => [moodOf(text as string), topicOf(text as string)])).toEqual(
      stories.map(() => ['happy', 'sea']),
    )
  },
  'alternating-prompts.json': (outputs) => {
    const [by = [], and = []] = Object.values(
      sharesByRow(outputs, (text) => ['sea', 'castles'].every((topic) => topicsIn(text).includes(topic))),
    )
    expect(share(by)).toBeGreaterThan(0.5)
    expect(share(and)).toBeGreaterThan(0.5)
  },
  'guidance-between-models.json': (outputs) => {
    const { '0': none = [], '0.5': half = [], '1': full = [] } = sharesByRow(outputs, isPirate)
    expectShares(share(none), share(full))
    expect(share(half)).toBeGreaterThan(0)
    expect(share(half)).toBeLessThan(1)
  },
  'prompt-schedule.json': (outputs) => {
    const found = sharesByRow(outputs, (text) => moodOf(text) === 'gloomy')
    // the switch before the first token, and after the last
    expect([share(found['0']), share(found['120'])]).toEqual([1, 0])
  },
  'word-bias.json': (outputs) => {
    const found = sharesByRow(outputs, (text) => topicOf(text) === 'space')
    expect(share(found['3'])).toBeGreaterThanOrEqual(3 * share(found['0']))
    const mentions = sharesByRow(outputs, (text) => topicsIn(text).includes('space'))
    expect(share(mentions['never'])).toBe(0)
    const shown = outputs['tokens']?.['value'] as unknown as LabelledValue | undefined
    expect(shown?.cells[0]).toMatchObject({ value: { columns: ['word', 'weight', 'tokens', 'ids'] } })
    const first = (shown?.cells[0] as { value: Json } | undefined)?.value as unknown as Table | undefined
    expect(first?.rows).toContainEqual(expect.arrayContaining(['moon', '“ moon”']))
  },
  'control-vector.json': (outputs) => {
    const found = sharesByRow(outputs, (text) => moodOf(text) === 'gloomy')
    const shares = ['-2', '-1', '0', '1', '2'].map((strength) => share(found[strength]))
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expectShares(shares[0], shares[4])
  },
  'regex.json': (outputs) => {
    expect(new Set(tableOf(outputs, 'valid').rows.flat())).toEqual(new Set([true]))
  },
  'grammar.json': (outputs) => {
    expect(new Set(tableOf(outputs, 'valid').rows.flat())).toEqual(new Set([true]))
    for (const list of tableOf(outputs).rows.flat())
      expect(list).toMatch(/^- [a-z]{3,10}(\n- [a-z]{3,10}){1,3}$/)
  },
  'json-schema.json': (outputs) => {
    expect(new Set(tableOf(outputs, 'valid').rows.flat())).toEqual(new Set([true]))
    for (const card of tableOf(outputs).rows.flat()) {
      expect(JSON.parse(card as string)).toEqual({
        hero: expect.any(String) as string,
        mood: expect.stringMatching(/^(happy|gloomy|scary)$/) as string,
        place: expect.any(String) as string,
        age: expect.any(Number) as number,
      })
    }
  },
  'lark-grammar.json': (outputs) => {
    expect(new Set(tableOf(outputs, 'valid').rows.flat())).toEqual(new Set([true]))
    for (const story of tableOf(outputs).rows.flat())
      expect(story).toMatch(/^(Once|Long ago)[a-z ,']{20,}\.( [A-Z][a-z ,']+[.!?]){2,3}$/)
  },
  'only-these-words.json': (outputs) => {
    expect(tableOf(outputs).rows).toEqual([['happy', 'gloomy', 'scary']])
  },
  'stacked-loras.json': (outputs) => {
    const found = sharesByRow(outputs, isPirate)
    expectShares(share(found['-0.5']), share(found['0.5']))
    expect(share(found['0'])).toBeGreaterThan(0)
  },
  'two-vectors.json': (outputs) => {
    const [sea, gloomy] = [
      sharesByRow(outputs, (text) => topicOf(text) === 'sea'),
      sharesByRow(outputs, (text) => moodOf(text) === 'gloomy'),
    ]
    expect(share(sea['1.25'])).toBeGreaterThan(share(sea['0']) + 0.2)
    expect(share(gloomy['1.25'])).toBeGreaterThan(share(gloomy['0']) + 0.1)
  },
  'token-probabilities.json': (outputs) => {
    const tokens = outputs['show']?.['value'] as unknown as TokenLogprob[]
    expect(tokens.map(({ text }) => text).join('')).toBe(outputs['text']?.['value'])
    for (const { logprob, alternatives } of tokens) {
      const likely = alternatives.map((one) => one.logprob)
      expect(likely).toEqual(likely.toSorted((a, b) => b - a))
      expect([likely.length, logprob <= likely[0]!]).toEqual([3, true])
    }
  },
  'perplexity.json': (outputs) => {
    const [[told = 0, shuffled = 0] = []] = tableOf(outputs).rows as number[][]
    expect(shuffled).toBeGreaterThan(100 * told)
  },
  'similarity.json': (outputs) => {
    const [[alike = 0, unlike = 0] = []] = tableOf(outputs).rows as number[][]
    expect(alike).toBeGreaterThan(unlike)
  },
  'diffusion.json': (outputs) => {
    const text = outputs['story']?.['text'] as string
    expect(topicsIn(text)[0]).toBe('sea')
    expect(moodOf(text)).toBe('happy')
  },
  'diffusion-steps.json': (outputs) => {
    const { rows } = tableOf(outputs)
    const valid = (row: Json[] = []): number => validShare(row.slice(1) as string[])
    expect(rows.map(([steps]) => steps)).toEqual(['4', '16', '64'])
    expect(valid(rows[0])).toBeLessThan(0.5)
    expect(valid(rows[2])).toBeGreaterThan(0.6)
  },
  'text-to-text.json': (outputs) => {
    const [row = []] = tableOf(outputs).rows
    expect(row.map((text) => moodOf(text as string))).toEqual(['happy', expect.anything(), 'gloomy'])
  },
  'draft-and-repair.json': (outputs) => {
    const rows = (outputs['show']?.['value'] as unknown as Table | undefined)?.rows ?? []
    const [draft, repaired] = rows.map(([, logLikelihood]) => logLikelihood as number)
    expect(repaired!).toBeGreaterThan(draft!)
  },
  'multiple-choice.json': (outputs) => {
    expect(tableOf(outputs).rows).toEqual([['happy', 'gloomy', 'scary']])
  },
  'chat-endpoint.json': (outputs) => {
    expect(topicsIn(outputs['out']?.['value'] as string)).toContain('sea')
  },
  'story-for-each-row.json': (outputs) => {
    expect(moodOf(outputs['out']?.['value'] as string)).toBe('happy')
  },
  'subgraphs.json': (outputs) => {
    expect(outputs).toEqual({
      show: { value: 'Tell me a happy story about the sea. Tell me a gloomy story about the sea.' },
    })
  },
}

/** Of each row of the grid, by its heading: whether each text in it is what is looked for. */
function sharesByRow(outputs: Outputs, holds: (text: string) => boolean): Partial<Record<string, boolean[]>> {
  const rows = tableOf(outputs).rows as string[][]
  return Object.fromEntries(rows.map(([heading, ...texts]) => [String(heading), texts.map(holds)]))
}

/** How many of 1 hold; of none at all, nothing that any comparison accepts. */
function share(held: readonly boolean[] = []): number {
  return held.filter(Boolean).length / held.length
}

function tableOf(outputs: Outputs, grid = 'grid'): Table {
  const table = outputs[grid]?.['table'] as unknown as Table
  const values = outputs[grid]?.['values'] as unknown as LabelledValue
  expect(values.cells.every((found) => 'value' in found)).toBe(true)
  return table
}

function cell(outputs: Outputs, row: number, column: number): string {
  return tableOf(outputs).rows[row]?.[column] as string
}

const { topics } = JSON.parse(readFileSync(path.join(root, 'models/demo/words.json'), 'utf8')) as {
  topics: Record<string, string[] | Record<string, string[]>>
}

/** Topics of the demo model that a text has words of, the one with most words first. */
function topicsIn(text: string): string[] {
  const words = new Set(text.toLowerCase().match(/[a-z]+/g))
  const counts = Object.entries(topics).map(([topic, list]) => {
    const known = Array.isArray(list) ? list : Object.values(list).flat()
    return { topic, count: known.filter((word) => words.has(word)).length }
  })
  return counts
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ topic }) => topic)
}

/** Nearly none and nearly all: another processor or batch rounds differently, and a story now and then turns out another. */
function expectShares(none: number | undefined, all: number | undefined): void {
  expect(none).toBeLessThanOrEqual(0.1)
  expect(all).toBeGreaterThanOrEqual(0.85)
}
