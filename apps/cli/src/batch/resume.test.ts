import { linkSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { Workflow } from '@woolgather/workflow'
import { document, greeting, prepare, type BatchFiles } from '../testing/batch-files.ts'
import { gated, writeGateNodes } from '../testing/gate-nodes.ts'

const isFull = process.env['WOOLGATHER_TEST_FULL'] === '1'

/** `who` and `person 0`, `person 1`, … */
function people(count: number): string {
  return `who\n${Array.from({ length: count }, (_, i) => `person ${i}\n`).join('')}`
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** A batch of 30 rows of which as many end as the gate lets through. */
function gatedBatch(
  files: Parameters<typeof prepare>[0] = {},
): BatchFiles & { openTo: (row: number) => void } {
  const { folder, openTo } = writeGateNodes()
  const options = ['--nodes', folder, '--concurrency', '4', ...(files.options ?? [])]
  return { ...prepare({ rows: ['rows.csv', people(30)], nodes: gated, ...files, options }), openTo }
}

const killed = new Map<string, { lines: string; beside: string }>()

/** The batch as it is after a kill that came when 10 rows had lines; killed once, for all tests. */
async function killedBatch(out = 'out.jsonl'): Promise<ReturnType<typeof gatedBatch>> {
  const batch = gatedBatch({ out })
  if (!killed.has(out)) {
    batch.openTo(10)
    const { child, ended } = batch.begin()
    await batch.haveLines(10)
    child.kill('SIGKILL')
    await ended
    killed.set(out, { lines: batch.out(), beside: batch.read(`${out}.batch`) })
  }
  const { lines, beside } = killed.get(out)!
  batch.write(out, lines)
  batch.write(`${out}.batch`, beside)
  batch.openTo(1_000)
  return batch
}

let complete: string | undefined

/** A batch that has all its results; run once, for all tests. */
async function completeBatch(): Promise<BatchFiles & { result: string }> {
  const batch = prepare()
  if (complete === undefined) await batch.run()
  else batch.write('out.jsonl', complete)
  complete ??= batch.out()
  return { ...batch, result: complete }
}

describe('a batch that was killed', () => {
  test.each(isFull ? [[[]], [['--as-completed']]] : [[['--as-completed']]])(
    'goes on with --resume: no row is missing or there twice %j',
    async (order) => {
      const batch = gatedBatch({ options: order })
      for (const [kill, lines] of [3, 17].entries()) {
        batch.openTo(lines)
        const { child, ended } = batch.begin(kill > 0 ? ['--resume'] : [])
        await batch.haveLines(lines)
        child.kill('SIGKILL')
        await ended
        batch.write('out.jsonl', `${batch.out()}{"row":29,"sta`)
      }
      batch.openTo(1_000)
      const unasked = await batch.run()
      expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('--resume')])
      const { code, stderr } = await batch.run(['--resume'])
      expect(code).toBe(0)
      expect(stderr).toContain('30/30 rows')
      const rows = batch.lines().map(({ row, outputs }) => [row, outputs['said']])
      expect(rows.sort(([a], [b]) => Number(a) - Number(b))).toEqual(
        upTo(30).map((i) => [i, `done person ${i}`]),
      )
      expect(batch.exists('out.jsonl.batch')).toBe(false)
      const whole = batch.out()
      expect((await batch.run(['--resume'])).code).toBe(0)
      expect(batch.out()).toBe(whole)
    },
  )

  test('by Ctrl-C ends with 130, and what had ended is kept', async () => {
    const batch = gatedBatch()
    batch.openTo(12)
    const { child, ended } = batch.begin()
    await batch.haveLines(12)
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
    expect([batch.lines().length, batch.exists('out.jsonl.batch')]).toEqual([12, true])
    batch.openTo(1_000)
    expect((await batch.run(['--resume'])).code).toBe(0)
    expect(batch.lines().map(({ row }) => row)).toEqual(upTo(30))
  })

  test('is gone on with by nothing but what it was begun with, and stays as it is [R66]', async () => {
    const batch = await killedBatch()
    const before = batch.out()
    const rows = people(30).trim().split('\n')
    const other: [rows: string[], first: string][] = [
      [[rows[0]!, ...rows.slice(1).reverse()], 'Row 0 of the table'],
      [rows.with(6, 'person fünf'), 'Row 5 of the table'],
      [rows.toSpliced(4, 0, 'somebody'), 'Row 3 of the table'],
      [rows.toSpliced(9, 1), 'Row 8 of the table'],
      [rows.slice(0, 8), 'the table has only 7 rows'],
    ]
    for (const [changed, message] of other) {
      batch.write('rows.csv', `${changed.join('\n')}\n`)
      const { code, stderr } = await batch.run(['--resume'])
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
    }
    batch.write('rows.csv', people(30))
    const carried = await batch.run(['--resume', '--carry', 'who'])
    expect([carried.code, carried.stderr]).toEqual([2, expect.stringContaining('no --carry')])
    batch.write('workflow.json', document({ ...gated, more: { type: 'text/text', inputs: { text: 'x' } } }))
    const workflow = await batch.run(['--resume'])
    expect([workflow.code, workflow.stderr]).toEqual([2, expect.stringContaining('another workflow')])
    expect(batch.out()).toBe(before)
  })

  test('and afterwards, is gone on with where the workflow is only drawn or called otherwise', async () => {
    const batch = await killedBatch()
    const { nodes } = JSON.parse(document(gated)) as Workflow
    const write = (x: number, rows: number): void => {
      const who = { ...nodes['who']!, view: { x, y: 0, title: 'Who?' } }
      const groups = [{ title: 'note', x, y: 0, width: 9, height: 9 }]
      const drawn = {
        format: 'woolgather',
        version: 1,
        name: `drawn at ${x}`,
        nodes: { ...nodes, who },
        groups,
      }
      batch.write('workflow.json', JSON.stringify(drawn))
      batch.write('rows.csv', people(rows))
    }
    write(1, 30)
    expect(await batch.run(['--resume'])).toMatchObject({ code: 0 })
    write(2, 31)
    expect(await batch.run(['--resume'])).toMatchObject({ code: 0 })
    expect(batch.lines().map(({ row }) => row)).toEqual(upTo(31))
  })

  test('takes rows that are new at the end, and rows changed that have no line yet', async () => {
    const batch = await killedBatch()
    batch.write('rows.csv', `${people(35).replace('person 20\n', 'person 2000000\n')}`)
    batch.openTo(1e9)
    expect((await batch.run(['--resume'])).code).toBe(0)
    expect(batch.lines().map(({ row }) => row)).toEqual(upTo(35))
    expect(batch.lines()[20]?.outputs['said']).toBe('done person 2000000')
  })

  /** Lines as they were when they did not hold what went into the workflow. */
  const withoutInputs = (text: string): string =>
    text.replaceAll(/,"inputs":\{"who":"person \d+"\}/g, '').replaceAll(/,(who|person \d+)\n/g, '\n')

  test('of an earlier version, whose lines do not hold the inputs of their rows, goes on', async () => {
    for (const out of ['out.jsonl', 'out.csv']) {
      const batch = await killedBatch(out)
      const older = withoutInputs(batch.out())
      expect(older).not.toBe(batch.out())
      batch.write(out, older)
      expect(await batch.run(['--resume'])).toMatchObject({
        code: 0,
        stderr: expect.not.stringContaining('earlier') as string,
      })
      expect(batch.out().startsWith(older)).toBe(true)
      expect(batch.out().trim().split('\n')).toHaveLength(out === 'out.csv' ? 31 : 30)
    }
  })

  test('of an earlier version, whose lines do not say of which row they are, goes on', async () => {
    for (const out of ['out.jsonl', 'out.csv']) {
      const batch = await killedBatch(out)
      const older = withoutInputs(batch.out())
        .replaceAll(/,"rowHash":"[0-9a-f]{12}"/g, '')
        .replace(/,rowHash\n/, '\n')
        .replaceAll(/,[0-9a-f]{12}\n/g, '\n')
      expect(older).not.toContain('rowHash')
      batch.write(out, older)
      const { code, stderr } = await batch.run(['--resume'])
      expect([code, stderr]).toEqual([0, expect.stringMatching(/\d lines of an earlier version do not say/)])
      expect(batch.out().startsWith(older)).toBe(true)
      expect(batch.out().trim().split('\n')).toHaveLength(out === 'out.csv' ? 31 : 30)
    }
  })
})

test('two batches do not go on with one file at a time', async () => {
  const batch = gatedBatch()
  batch.openTo(5)
  const { ended } = batch.begin()
  await batch.haveLines(5)
  for (const mode of ['--resume', '--overwrite']) {
    const { code, stderr } = await batch.run([mode])
    expect([code, stderr]).toEqual([2, expect.stringContaining('is being worked on by another batch')])
  }
  batch.openTo(1_000)
  expect((await ended).code).toBe(0)
  expect(batch.lines().map(({ row }) => row)).toEqual(upTo(30))
})

describe('results that are complete', () => {
  test('are gone on with by their own workflow only, with the seeds they were begun with', async () => {
    const nodes = { seeds: { type: 'matrix/seeds', inputs: {} } }
    const batch = prepare({ rows: ['rows.csv', 'seeds.count\n2\n2\n'], nodes })
    expect((await batch.run()).code).toBe(0)
    const before = batch.out()
    batch.write('workflow.json', document({ ...nodes, more: { type: 'text/text', inputs: { text: 'x' } } }))
    const refused = await batch.run(['--resume'])
    expect([refused.code, batch.out()]).toEqual([2, before])
    expect(refused.stderr).toContain('another workflow')
    batch.write('workflow.json', document(nodes))
    batch.write('rows.csv', 'seeds.count\n2\n2\n2\n')
    expect((await batch.run(['--resume'])).code).toBe(0)
    const [first, , third] = batch.lines()
    expect(third?.outputs).toEqual(first?.outputs)
  })

  test('are not gone on with by a table that was sorted and added to [R67]', async () => {
    const batch = await completeBatch()
    batch.write('rows.csv', 'who\nBob\nAda\nCid\n')
    const { code, stderr } = await batch.run(['--resume'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('Row 0 of the table')])
  })
})

describe('a file that is there already', () => {
  const notes = '{"note":"call Ada"}\n{"note":"call Bob"}\n'
  const others: [what: string, out: string, text: string][] = [
    ['notes', 'out.jsonl', notes],
    ['notes that begin like a line', 'out.jsonl', '{"row":1,"note":"call Ada"}\n'],
    ['nothing', 'out.jsonl', ''],
    ['a line that is not whole', 'out.jsonl', '{"row":0,"status":"completed","outputs":{"gree'],
    ['lines that carry no workflow', 'out.jsonl', '{"row":0,"status":"completed","outputs":{}}\n'],
    ['somebody’s table', 'out.csv', 'name,age\nAda,36\n'],
    ['somebody’s table of rows', 'out.csv', 'row,status,seat\n1,completed,A\n'],
  ]
  test.each(others)('with %s in it is not touched, with --resume or without', async (_, out, text) => {
    const batch = prepare({ out })
    batch.write(out, text)
    for (const options of [[], ['--resume'], ['--retry-failed']]) {
      const { code, stderr } = await batch.run(options)
      expect([code, batch.out()]).toEqual([2, text])
      expect(stderr).toContain('--overwrite')
    }
  })

  test('is replaced with --overwrite, whatever is in it', async () => {
    const batch = prepare()
    batch.write('out.jsonl', notes)
    expect((await batch.run(['--overwrite'])).code).toBe(0)
    expect(batch.lines().map(({ outputs }) => outputs['greeting'])).toEqual(['Hello Ada!', 'Hello Bob!'])
  })

  test('and has lines of somebody else’s behind the results is not cut there', async () => {
    const { result, ...batch } = await completeBatch()
    for (const more of [notes, notes.trim(), '\nTo do: call Ada']) {
      batch.write('out.jsonl', result + more)
      expect((await batch.run(['--resume'])).code).toBe(2)
      expect(batch.out()).toBe(result + more)
    }
  })

  test('with results that took ten hours is not begun again by a slip', async () => {
    const { result, ...batch } = await completeBatch()
    const { code, stderr } = await batch.run()
    expect([code, batch.out()]).toEqual([2, result])
    expect(stderr).toMatch(/is there already.*--resume.*--overwrite/s)
  })

  test('is still there where beginning again came to nothing', async () => {
    const batch = gatedBatch()
    batch.write('out.jsonl', notes)
    const { child, ended } = batch.begin(['--overwrite'])
    await expect.poll(() => batch.exists('data')).toBe(true)
    child.kill('SIGINT')
    await ended
    expect(batch.out()).toBe(notes)
    expect(batch.exists('out.jsonl.batch')).toBe(false)
  })

  test('is no file: a folder or a pipe', async () => {
    const batch = prepare()
    mkdirSync(batch.at('out.jsonl'))
    expect((await batch.run(['--overwrite'])).code).toBe(2)
    const other = prepare()
    execFileSync('mkfifo', [other.at('out.jsonl')])
    expect(await other.run(['--overwrite'])).toMatchObject({ code: 2 })
  })

  test('has the name that a batch wants for the file beside its results', async () => {
    const batch = prepare()
    batch.write('out.jsonl.batch', 'my notes')
    expect((await batch.run()).code).toBe(2)
    expect((await batch.run(['--overwrite'])).code).toBe(2)
    expect([batch.read('out.jsonl.batch'), batch.exists('out.jsonl')]).toEqual(['my notes', false])
  })
})

describe('what a batch reads is never written over', () => {
  const reads: [what: string, place: (batch: BatchFiles) => string][] = [
    ['the table itself', () => 'rows.csv'],
    ['a link to the table', (batch) => (symlinkSync(batch.at('rows.csv'), batch.at('a.csv')), 'a.csv')],
    ['a hard link to it', (batch) => (linkSync(batch.at('rows.csv'), batch.at('b.csv')), 'b.csv')],
    [
      'the workflow by a link',
      (batch) => (symlinkSync(batch.at('workflow.json'), batch.at('w.jsonl')), 'w.jsonl'),
    ],
  ]
  test.each(reads)('%s', async (_, place) => {
    const batch = prepare()
    const out = place(batch)
    const before = ['rows.csv', 'workflow.json'].map(batch.read)
    for (const mode of ['--overwrite', '--resume', '--as-completed']) {
      const { code, stderr } = await batch.run(['--out', batch.at(out), mode])
      expect([code, stderr]).toEqual([2, expect.stringContaining('--out')])
    }
    expect(['rows.csv', 'workflow.json'].map(batch.read)).toEqual(before)
  })

  test('a file that a node reads', async () => {
    const nodes = { ...greeting, list: { type: 'matrix/rows', inputs: { file: 'more.csv' } } }
    const batch = prepare({ nodes })
    batch.write('more.csv', 'a\n1\n')
    const { code, stderr } = await batch.run([
      '--out',
      batch.at('more.csv'),
      '--overwrite',
      '--output',
      batch.at(''),
    ])
    expect([code, stderr]).toEqual([2, expect.stringContaining('a file that the workflow names')])
    expect(readFileSync(batch.at('more.csv'), 'utf8')).toBe('a\n1\n')
  })
})

describe('--retry-failed', () => {
  const number = {
    number: { type: 'api/input', inputs: { name: 'number', type: 'number' } },
    out: { type: 'api/output', links: { value: ['number', 'value'] as [string, string] } },
  }

  test.each(isFull ? ['out.jsonl', 'out.csv'] : ['out.csv'])(
    'puts new lines of failed rows in the place of the old, in %s',
    async (out) => {
      const batch = prepare({ out, nodes: number, rows: ['rows.csv', 'number\nnone\n1\nmany\n3\nlots\n'] })
      expect((await batch.run(['--carry', 'number'])).code).toBe(3)
      batch.write('rows.csv', 'number\n10\n1\n12\n3\nstill lots\n15\n')
      const { code, stderr } = await batch.run(['--retry-failed', '--carry', 'number'])
      expect(code).toBe(3)
      expect(stderr).toContain('6/6 rows')
      expect(stderr).toContain('1 failed')
      const text = batch.out()
      const rows = out === 'out.csv' ? text.split('\n').slice(1, -1) : text.split('\n').slice(0, -1)
      expect(rows.map((line) => /\d+/.exec(line)?.[0])).toEqual(['0', '1', '2', '3', '4', '5'])
      expect(rows.map((line) => line.includes('failed'))).toEqual([false, false, false, false, true, false])
      expect(text).toContain('still lots')
      expect(text.match(/"format"|""format""/g)).toHaveLength(1)
      expect(rows[0]).toContain('format')
      expect(batch.exists(`${out}.batch`)).toBe(false)
      batch.write('rows.csv', 'number\n10\n1\n12\n3\n14\n15\n')
      expect((await batch.run(['--retry-failed', '--carry', 'number'])).code).toBe(0)
      const whole = batch.out()
      expect(await batch.run(['--retry-failed', '--carry', 'number'])).toMatchObject({ code: 0 })
      expect(batch.out()).toBe(whole)
    },
  )

  test('is refused where a row that had not failed is another now', async () => {
    const batch = prepare({ nodes: number, rows: ['rows.csv', 'number\n1\nmany\n3\n'] })
    await batch.run()
    const before = batch.out()
    batch.write('rows.csv', 'number\n1\n2\n4\n')
    const { code, stderr } = await batch.run(['--retry-failed'])
    expect([code, stderr, batch.out()]).toEqual([2, expect.stringContaining('Row 2 of the table'), before])
    batch.write('rows.csv', 'number\n1\n2\n3\n')
    const resumed = await batch.run(['--resume'])
    expect([resumed.code, resumed.stderr]).toEqual([2, expect.stringContaining('--retry-failed')])
  })

  test('killed in the middle loses no line, and going on leaves one of each row [R66]', async () => {
    const nodes = {
      who: { type: 'api/input', inputs: { name: 'who', type: 'number' } },
      wait: gated['wait']!,
      out: gated['out']!,
    }
    const numbers = upTo(12).map(String)
    const batch = gatedBatch({
      nodes,
      rows: ['rows.csv', `who\n${numbers.with(2, 'none').with(5, 'none').with(8, 'none').join('\n')}\n`],
    })
    batch.openTo(1_000)
    expect((await batch.run()).code).toBe(3)
    const before = batch.out().trim().split('\n')
    batch.write('rows.csv', `who\n${numbers.join('\n')}\n`)
    batch.openTo(6)
    const { child, ended } = batch.begin(['--retry-failed'])
    await batch.haveLines(14)
    child.kill('SIGKILL')
    await ended
    for (const line of before) expect(batch.out()).toContain(line)
    batch.openTo(1_000)
    expect((await batch.run(['--retry-failed'])).code).toBe(0)
    expect(batch.lines().map(({ row, outputs }) => [row, outputs['said']])).toEqual(
      upTo(12).map((i) => [i, `done ${i}`]),
    )
  })
})
