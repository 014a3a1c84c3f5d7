import type { Json, Workflow } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { document, greeting, prepare, type Files } from '../testing/batch-files.ts'
import { batchLine } from './show-batch.ts'

/** Results without what tells rows apart, which is tested elsewhere. */
function withoutHashes(text: string): string {
  return text
    .replaceAll(/"rowHash":"[0-9a-f]{12}"/g, '"rowHash":"#"')
    .replaceAll(/,[0-9a-f]{12}(?=[,\n])/g, ',#')
}

describe('a batch', () => {
  test('makes one line of each row, in the order of the rows [R62]', async () => {
    const { run, out, exists } = prepare()
    const { code, stderr } = await run()
    expect(code).toBe(0)
    expect(withoutHashes(out())).toBe(
      `{"row":0,"status":"completed","inputs":{"who":"Ada"},"outputs":{"greeting":"Hello Ada!"},"rowHash":"#","workflow":${document(greeting)}}\n` +
        '{"row":1,"status":"completed","inputs":{"who":"Bob"},"outputs":{"greeting":"Hello Bob!"},"rowHash":"#"}\n',
    )
    expect(stderr).toContain('2/2 rows')
    expect(exists('out.jsonl.batch')).toBe(false)
  })

  test('reads JSONL, binds `node.input` over a link, and writes CSV with quotes where they are needed', async () => {
    const { run, out } = prepare({
      rows: ['rows.jsonl', '{"text.who":"A, \\"the\\" first"}\n\n{"text.template":"Bye {{who}}"}\n'],
      out: 'out.csv',
    })
    expect(await run()).toMatchObject({ code: 0 })
    expect(withoutHashes(out())).toBe(
      'row,status,greeting,error,workflow,rowHash,text.who,text.template\n' +
        `0,completed,"Hello A, ""the"" first!",,"${document(greeting).replaceAll('"', '""')}",#,"A, ""the"" first",\n` +
        '1,completed,Bye ,,,#,,Bye {{who}}\n',
    )
  })

  test('reads a table as `--encoding` and `--delimiter` say, and leaves out what `--ignore` says', async () => {
    const { run, lines } = prepare({ rows: ['rows.csv', Buffer.from('who|x\nM\xfcller|1\n', 'latin1')] })
    const { code } = await run(['--encoding', 'windows-1252', '--delimiter', '|', '--ignore', 'x'])
    expect([code, lines()[0]?.outputs]).toEqual([0, { greeting: 'Hello Müller!' }])
  })

  test('names outputs `node.output` where the workflow names none', async () => {
    const { who, text } = greeting
    const { run, lines } = prepare({ nodes: { who: who!, text: text! } })
    await run()
    expect(lines()[1]?.outputs).toEqual({ 'text.text': 'Hello Bob!' })
  })

  test('goes on after a row that failed, which is a line with its error, and ends with 3 [R65]', async () => {
    const { run, lines } = prepare({
      rows: ['rows.csv', 'number\n1\nmany\n3\n'],
      nodes: {
        number: { type: 'api/input', inputs: { name: 'number', type: 'number' } },
        out: { type: 'api/output', links: { value: ['number', 'value'] } },
      },
    })
    const { code, stderr } = await run()
    expect(code).toBe(3)
    expect(stderr).toContain('row 1 number.value: Column “number” of row 1, in line 3, must be a number')
    expect(lines()).toMatchObject([
      { row: 0, status: 'completed', outputs: { out: 1 } },
      {
        row: 1,
        status: 'failed',
        outputs: {},
        errors: [
          {
            code: 'invalid-input',
            node: 'number',
            message: 'Column “number” of row 1, in line 3, must be a number, is "many".',
          },
        ],
      },
      { row: 2, status: 'completed', outputs: { out: 3 } },
    ])
  })

  test('names the cells of a row that failed by their values, tells of ten rows, and nothing with --quiet', async () => {
    const nodes: Workflow['nodes'] = {
      ...greeting,
      a: { type: 'matrix/axis', inputs: { values: ['1', 'many'], label: 'count' } },
      number: { type: 'api/input', inputs: { type: 'number' }, links: { value: ['a', 'value'] } },
    }
    const rows = `who\n${'Ada\n'.repeat(12)}`
    const { run } = prepare({ rows: ['rows.csv', rows], nodes })
    const { code, stderr } = await run(['--target', 'number'])
    expect(code).toBe(3)
    expect(stderr.match(/row \d+ number\.value \[count many\]: “number” must be/g)).toHaveLength(10)
    expect(stderr.match(/further rows is only in the results/g)).toHaveLength(1)
    expect(await run(['--target', 'number', '--quiet', '--overwrite'])).toMatchObject({ code: 3, stderr: '' })
  })

  test('gives back an output whatever it is called', async () => {
    const out = { ...greeting['out']!, inputs: { name: '__proto__' } }
    const { run, out: text } = prepare({ nodes: { ...greeting, out } })
    expect((await run()).code).toBe(0)
    expect(text()).toContain('"outputs":{"__proto__":"Hello Ada!"}')
  })

  test('draws a seed once for all rows [R45]', async () => {
    const { run, lines } = prepare({
      rows: ['rows.csv', 'seeds.count\n2\n2\n3\n'],
      nodes: { seeds: { type: 'matrix/seeds', inputs: {} } },
    })
    expect((await run()).code).toBe(0)
    const [first, second] = lines()
    expect(first?.outputs).toEqual(second?.outputs)
  })
})

describe('columns', () => {
  test('are carried into the results as they are written, whether they go into the workflow or not', async () => {
    const rows: Files['rows'] = ['rows.csv', 'id,who,"a, b"\n0042,Ada,1.50\n0043,Bob,""\n']
    const { run, lines } = prepare({ rows })
    expect((await run(['--carry', 'id,who', '--carry', 'a, b'])).code).toBe(0)
    expect(lines()).toMatchObject([
      { outputs: { greeting: 'Hello Ada!' }, carried: { id: '0042', who: 'Ada', 'a, b': '1.50' } },
      { outputs: { greeting: 'Hello Bob!' }, carried: { id: '0043', who: 'Bob', 'a, b': '' } },
    ])
    expect(Object.keys(lines()[1]!)).toEqual(['row', 'status', 'inputs', 'outputs', 'carried', 'rowHash'])
    const table = prepare({ rows, out: 'out.csv' })
    await table.run(['--carry', 'id', '--ignore', 'a, b'])
    expect(withoutHashes(table.out()).split('\n').at(0)).toBe(
      'row,status,greeting,id,error,workflow,rowHash,who',
    )
    expect(withoutHashes(table.out()).split('\n').at(2)).toBe('1,completed,Hello Bob!,0043,,,#,Bob')
  })

  test('are carried as null where an object has none, so that its results are gone on with', async () => {
    const table = '{"who":"Ada"}\n{"who":"Bob","id":"0043"}\n'
    for (const out of ['out.jsonl', 'out.csv']) {
      const { run, out: text, write } = prepare({ rows: ['rows.jsonl', table], out })
      expect((await run(['--carry', 'id'])).code).toBe(0)
      write('rows.jsonl', `${table}{"who":"Cid"}\n`)
      expect(await run(['--carry', 'id', '--resume'])).toMatchObject({ code: 0 })
      const end =
        out === 'out.csv' ? '2,completed,Hello Cid!,,,,#,Cid' : '"carried":{"id":null},"rowHash":"#"}'
      expect(withoutHashes(text()).trimEnd().endsWith(end)).toBe(true)
    }
  })

  test('leave out rows that have nothing in them, which is said and makes no line', async () => {
    const table = 'who,note\n,a\nAda,b\n  ,c\nBob,\nCid,d\n'
    const { run, lines, write } = prepare({ rows: ['rows.csv', table] })
    const { code, stderr } = await run(['--skip-empty', 'who,note'])
    expect([code, lines().map(({ row }) => row)]).toEqual([0, [1, 4]])
    expect(stderr).toContain('3 rows are left out, where “who” or “note” is empty.')
    expect(stderr).toContain('2/2 rows')
    write('rows.csv', `${table},e\nEve,f\n`)
    const more = await run(['--skip-empty', 'who,note', '--resume'])
    expect([more.code, lines().map(({ row }) => row)]).toEqual([0, [1, 4, 6]])
    expect(more.stderr).toContain('4 rows are left out')
    expect(more.stderr).toContain('3/3 rows')
  })

  test('leave out every row, if that is how it is', async () => {
    const { run, out, write } = prepare({ rows: ['rows.jsonl', '{"who":""}\n{"who":null}\n{}\n'] })
    const { code, stderr } = await run(['--skip-empty', 'who'])
    expect([code, out()]).toEqual([0, ''])
    expect(stderr).toContain('3 rows are left out, where “who” is empty, and no other is to be run.')
    write('rows.jsonl', '{"who":"Ada"}\n')
    expect((await run(['--skip-empty', 'who', '--resume'])).code).toBe(0)
    expect(out()).toContain('Hello Ada!')
  })
})

describe('the inputs of a row', () => {
  test('are in its result as they are written in the table, under a name of their own', async () => {
    const rows: Files['rows'] = ['rows.csv', 'who,number.value\n=Ada,1.50\n']
    const nodes: Workflow['nodes'] = {
      ...greeting,
      number: { type: 'api/input', inputs: { type: 'number' } },
      out: { ...greeting['out']!, inputs: { name: 'who' } },
    }
    const { run, lines } = prepare({ rows, nodes })
    expect((await run()).code).toBe(0)
    expect(lines()).toMatchObject([
      { inputs: { who: '=Ada', 'number.value': '1.50' }, outputs: { who: 'Hello =Ada!' } },
    ])
    const table = prepare({ rows, nodes, out: 'out.csv' })
    expect((await table.run()).code).toBe(0)
    const [head, row] = withoutHashes(table.out()).split('\n')
    expect(head).toBe('row,status,who,error,workflow,rowHash,input who,number.value')
    // What a spreadsheet would run is text here, too.
    expect(row?.endsWith(",#,'=Ada,1.50")).toBe(true)
  })

  test.each(['out.jsonl', 'out.csv'])(
    'are left out by --no-inputs, and either is gone on with in %s',
    async (out) => {
      for (const [first, then] of [
        [[], ['--no-inputs']],
        [['--no-inputs'], []],
      ] as const) {
        const { run, write, out: text } = prepare({ out })
        expect((await run([...first])).code).toBe(0)
        expect(/"inputs":\{"who":"Ada"\}|rowHash,who/.test(text())).toBe(first.length === 0)
        write('rows.csv', 'who\nAda\nBob\nCid\n')
        expect(await run([...then, '--resume'])).toMatchObject({ code: 0 })
        expect(text()).toContain('Hello Cid!')
        if (out === 'out.csv') {
          const columns = text()
            .split('\n')
            .slice(1, -1)
            .map((line) => line.replace(/"([^"]|"")*"/g, '').split(',').length)
          expect(new Set(columns).size).toBe(1)
        }
      }
    },
  )
})

describe('a file that each row writes', () => {
  const saving = (
    inputs: Record<string, Json>,
    more: Partial<Workflow['nodes'][string]> = {},
  ): Workflow['nodes'] => ({
    ...greeting,
    save: { type: 'output/save-text', inputs, links: { text: ['text', 'text'] }, ...more },
  })
  const rows: Files['rows'] = ['rows.csv', 'who,id\nAda,../a/1\nBob,"  .b:\n2"\n']

  test('is named by the row, or by a column, which is never more than a part of a name', async () => {
    const { run, at, read } = prepare({
      rows,
      nodes: saving({ file: 'x/{{row}} {{ id }} {{other}}.txt', workflow: false }),
    })
    const { code, stderr } = await run(['--ignore', 'id', '--output', at('output')])
    expect([code, stderr.includes('Warning')]).toEqual([0, false])
    expect(read('output/x/0 a 1 {{other}}.txt')).toBe('Hello Ada!')
    expect(read('output/x/1 b 2 {{other}}.txt')).toBe('Hello Bob!')
  })

  test.each<[string, Workflow['nodes'], string]>([
    [
      'over one another',
      saving({ file: 'a.txt', overwrite: true }),
      'save.file: 2 rows write “a.txt”, each over the one before',
    ],
    ['with numbers', saving({}), 'save.file: 2 rows write “text.txt”, with numbers after the name'],
    [
      'as a node says that knows no row',
      {
        ...saving({}, { links: { text: ['text', 'text'], file: ['name', 'text'] } }),
        name: { type: 'text/text', inputs: { text: 'a.txt' } },
      },
      'save.file: 2 rows write the same file',
    ],
  ])('is told before it starts where all rows write it %s', async (_, nodes, message) => {
    const { run, at } = prepare({ nodes })
    const { stderr } = await run(['--output', at('output')])
    expect(stderr).toContain(`Warning: ${message}`)
    expect(stderr).toContain('{{row}}')
  })

  test('is not told of where the rows name it, or where there is one row', async () => {
    const byRow = prepare({
      nodes: saving({}, { links: { text: ['text', 'text'], file: ['text', 'text'] } }),
    })
    const byColumn = prepare({
      rows: ['rows.csv', 'who,save.file\nAda,a.txt\nBob,b.txt\n'],
      nodes: saving({}),
    })
    const one = prepare({ rows: ['rows.csv', 'who\nAda\n'], nodes: saving({}) })
    for (const { run, at } of [byRow, byColumn, one])
      expect((await run(['--output', at('output')])).stderr).not.toContain('Warning')
  })
})

test('--bom begins a table with a byte-order mark, once, and it is gone on with all the same', async () => {
  const { run, out, write } = prepare({ rows: ['rows.csv', 'who\nJürgen\n'], out: 'out.csv' })
  expect((await run(['--bom'])).code).toBe(0)
  write('rows.csv', 'who\nJürgen\nZoë\n')
  expect((await run(['--bom', '--resume'])).code).toBe(0)
  expect(out().startsWith('\uFEFFrow,status,greeting,')).toBe(true)
  expect(out().split('\uFEFF')).toHaveLength(2)
  expect(out()).toMatch(/Hello Jürgen![^]*\n1,completed,Hello Zoë!,/)
})

test('what a spreadsheet would run is text in a table, unless --formulas leaves it', async () => {
  const rows = 'who,=id\nAda,=1+1\nBea,-5\n'
  const { run, out } = prepare({ rows: ['rows.csv', rows], out: 'out.csv' })
  const carrying = ['--ignore', '=id', '--carry', '=id']
  expect((await run(carrying)).code).toBe(0)
  expect(out()).toMatch(/,greeting,'=id,[^]*Hello Ada!,'=1\+1,[^]*Hello Bea!,-5,/)
  expect((await run([...carrying, '--resume'])).code).toBe(0)
  expect((await run([...carrying, '--overwrite', '--formulas'])).code).toBe(0)
  expect(out()).toMatch(/,greeting,=id,[^]*Hello Ada!,=1\+1,/)
  // As an earlier version headed it.
  expect((await run([...carrying, '--resume'])).code).toBe(0)
})

describe('refused before anything runs, with 2', () => {
  test('columns that go nowhere, unless they are ignored on purpose [R63]', async () => {
    const { run, out } = prepare({ rows: ['rows.csv', 'who,note,id\nAda,x,1\n'] })
    const refused = await run()
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('Column “note” goes nowhere')
    expect(refused.stderr).toContain('Column “id” goes nowhere')
    expect((await run(['--ignore', 'note', '--ignore', 'id'])).code).toBe(0)
    expect(out()).toContain('Hello Ada!')
    expect((await run(['--ignore-others', '--overwrite'])).code).toBe(0)
  })

  test.each<[string, Files, string[], string]>([
    ['a table without rows', { rows: ['rows.csv', 'who\n'] }, [], 'has no rows'],
    ['a line that is no object', { rows: ['rows.jsonl', '{"who":"a"}\n[1]\n'] }, [], 'Row 1'],
    ['a table in another encoding', { rows: ['rows.csv', Buffer.from([0xfc])] }, [], 'Line 1 is not UTF-8'],
    ['a result of unknown format', { out: 'out.txt' }, [], 'must be a .csv or .jsonl file'],
    ['no number of rows at once', {}, ['--concurrency', '0'], '--concurrency'],
    [
      'two inputs of one name',
      { nodes: { ...greeting, other: { type: 'api/input', inputs: { name: 'who' } } } },
      [],
      'have the same name, “who”',
    ],
    ['a workflow with issues', { nodes: { ...greeting, bad: { type: 'no/such' } } }, [], 'no/such'],
    ['a column to be carried that is not there', {}, ['--carry', 'whom'], 'Did you mean “who”?'],
    ['a column to be looked at that is not there', {}, ['--skip-empty', 'who, mood'], 'no column “mood”'],
    ['a byte-order mark in JSONL', {}, ['--bom'], '--bom'],
    ['going on and beginning again', {}, ['--resume', '--overwrite'], 'give one of them'],
    [
      'two columns that go to one input',
      { rows: ['rows.csv', 'who,who.value\nAda,Bob\n'] },
      [],
      'Columns “who” and “who.value” both go to `who.value`',
    ],
    [
      'an output with the name of a column that results have',
      {
        nodes: { ...greeting, out: { ...greeting['out']!, inputs: { name: 'status' } } },
        out: 'out.csv',
      },
      [],
      '“status” is a column of every table of results',
    ],
    [
      'a carried column with the name of an output',
      { rows: ['rows.csv', 'who,greeting\nAda,1\n'], out: 'out.csv' },
      ['--carry', 'greeting'],
      '“greeting” is an output already',
    ],
    [
      'a carried column with a name that results have',
      { rows: ['rows.csv', 'who,error\nAda,1\n'], out: 'out.csv' },
      ['--carry', 'error'],
      '“error” is a column of every table of results',
    ],
  ])('%s', async (_, files, more, message) => {
    const { run, exists } = prepare(files)
    const { code, stderr } = await run(more)
    expect([code, exists(files.out ?? 'out.jsonl')]).toEqual([2, false])
    expect(stderr).toContain(message)
  })
})

test('the line of progress tells rate, time left and failures', () => {
  expect(batchLine({ done: 340, failed: 2, total: 1_000, fresh: 240, milliseconds: 4_000 })).toBe(
    '███████░░░░░░░░░░░░░ 340/1000 rows · 60.0/s · 11 s left · 2 failed',
  )
})
