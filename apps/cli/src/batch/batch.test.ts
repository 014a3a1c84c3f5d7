import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Workflow } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { runHere } from '../testing/run-here.ts'
import { batchLine } from './show-batch.ts'

const bin = fileURLToPath(new URL('../../bin/woolgather.js', import.meta.url))

const greeting: Workflow['nodes'] = {
  who: { type: 'api/input', inputs: { name: 'who' } },
  text: {
    type: 'text/template',
    inputs: { template: 'Hello {{who}}!' },
    links: { who: ['who', 'value'] },
  },
  out: { type: 'api/output', inputs: { name: 'greeting' }, links: { value: ['text', 'text'] } },
}

function document(nodes: Workflow['nodes']): string {
  return JSON.stringify({ format: 'woolgather', version: 1, name: 'batch', nodes } satisfies Workflow)
}

interface Files {
  rows?: [name: string, text: string | Buffer]
  out?: string
  nodes?: Workflow['nodes']
}

function prepare({
  rows = ['rows.csv', 'who\nAda\nBob\n'],
  out = 'out.jsonl',
  nodes = greeting,
}: Files = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-cli-'))
  const at = (name: string): string => path.join(folder, name)
  const write = (changed: Workflow['nodes']): void => writeFileSync(at('workflow.json'), document(changed))
  write(nodes)
  writeFileSync(at(rows[0]), rows[1])
  const args = ['batch', at('workflow.json'), '--rows', at(rows[0]), '--out', at(out), '--data', at('data')]
  return {
    at,
    write,
    begin: (more: string[] = []) => begin([...args, ...more]),
    run: (more: string[] = []) => runHere([...args, ...more, '--cpu']),
    out: () => readFileSync(at(out), 'utf8'),
    lines: () =>
      readFileSync(at(out), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { row: number; status: string; outputs: object }),
  }
}

/** The command as a process of its own, which can be killed. */
function begin(args: string[]) {
  const child = spawn(process.execPath, [bin, ...args, '--cpu'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stderr })),
  )
  return { child, ended }
}

describe('a batch', () => {
  test('makes one line of each row, in the order of the rows', async () => {
    const { run, out, at } = prepare()
    const { code, stderr } = await run()
    expect(code).toBe(0)
    expect(out()).toBe(
      `{"row":0,"status":"completed","outputs":{"greeting":"Hello Ada!"},"workflow":${document(greeting)}}\n` +
        '{"row":1,"status":"completed","outputs":{"greeting":"Hello Bob!"}}\n',
    )
    expect(stderr).toContain('2/2 rows')
    expect(existsSync(at('out.jsonl.batch'))).toBe(false)
  })

  test('reads JSONL, binds `node.input` over a link, and writes CSV with quotes where they are needed', async () => {
    const { run, out } = prepare({
      rows: ['rows.jsonl', '{"text.who":"A, \\"the\\" first"}\n\n{"text.template":"Bye {{who}}"}\n'],
      out: 'out.csv',
    })
    expect(await run()).toMatchObject({ code: 0 })
    expect(out()).toBe(
      'row,status,greeting,error,workflow\n' +
        `0,completed,"Hello A, ""the"" first!",,"${document(greeting).replaceAll('"', '""')}"\n` +
        '1,completed,Bye ,,\n',
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

  test('goes on after a row that failed, which is a line with its error, and ends with 3', async () => {
    const { run, lines } = prepare({
      rows: ['rows.csv', 'number\n1\nmany\n3\n'],
      nodes: {
        number: { type: 'api/input', inputs: { name: 'number', type: 'number' } },
        out: { type: 'api/output', links: { value: ['number', 'value'] } },
      },
    })
    const { code, stderr } = await run()
    expect(code).toBe(3)
    expect(stderr).toContain('row 1 number.value: “number” must be a number.')
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
    const { run, at } = prepare({ rows: ['rows.csv', rows], nodes })
    const { code, stderr } = await run(['--target', 'number'])
    expect(code).toBe(3)
    expect(stderr.match(/row \d+ number\.value \[count many\]: “number” must be/g)).toHaveLength(10)
    expect(stderr.match(/further rows is only in the results/g)).toHaveLength(1)
    rmSync(at('out.jsonl'))
    expect(await run(['--target', 'number', '--quiet'])).toMatchObject({ code: 3, stderr: '' })
  })

  test('draws a seed once for all rows', async () => {
    const { run, lines } = prepare({
      rows: ['rows.csv', 'seeds.count\n2\n2\n3\n'],
      nodes: { seeds: { type: 'matrix/seeds', inputs: {} } },
    })
    expect((await run()).code).toBe(0)
    const [first, second] = lines()
    expect(first?.outputs).toEqual(second?.outputs)
  })
})

describe('refused before anything runs, with 2', () => {
  test('columns that go nowhere, unless they are ignored on purpose', async () => {
    const { run, out } = prepare({ rows: ['rows.csv', 'who,note,id\nAda,x,1\n'] })
    const refused = await run()
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('Column “note” goes nowhere')
    expect(refused.stderr).toContain('Column “id” goes nowhere')
    expect((await run(['--ignore', 'note', '--ignore', 'id'])).code).toBe(0)
    expect(out()).toContain('Hello Ada!')
    expect((await run(['--ignore-others'])).code).toBe(0)
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
  ])('%s', async (_, files, more, message) => {
    const { run, at } = prepare(files)
    const { code, stderr } = await run(more)
    expect([code, existsSync(at('out.jsonl'))]).toEqual([2, false])
    expect(stderr).toContain(message)
  })
})

describe('a batch that was killed', () => {
  const count = 4_000
  const table = `who\n${Array.from({ length: count }, (_, i) => `person ${i}`).join('\n')}\n`

  for (const order of [[], ['--as-completed']]) {
    test(`goes on with --resume: no row is missing or there twice ${order.join('')}`, async () => {
      const { begin, run, lines, out, at } = prepare({ rows: ['rows.csv', table] })
      let last = -1
      for (let kills = 0; kills < 3; kills++) {
        const { child, ended } = begin([...order, ...(kills > 0 ? ['--resume'] : [])])
        const grown = setInterval(() => {
          const size = existsSync(at('out.jsonl')) ? out().length : 0
          if (size > last + 5_000) child.kill('SIGKILL')
        }, 5)
        await ended
        clearInterval(grown)
        expect(out().length).toBeGreaterThan(last)
        last = out().length
      }
      writeFileSync(at('out.jsonl'), '{"row":3999,"sta', { flag: 'a' })
      const unasked = await run(order)
      expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('--resume')])
      const { code, stderr } = await run([...order, '--resume'])
      expect(code).toBe(0)
      expect(stderr).toContain(`${count}/${count} rows`)
      const rows = lines().map(({ row }) => row)
      const inOrder = Array.from({ length: count }, (_, i) => i)
      expect(order.length === 0 ? rows : rows.sort((a, b) => a - b)).toEqual(inOrder)
      expect(existsSync(at('out.jsonl.batch'))).toBe(false)
      const whole = out()
      expect((await run(['--resume'])).code).toBe(0)
      expect(out()).toBe(whole)
    })
  }

  test('is not gone on with where the workflow has changed meanwhile', async () => {
    const { begin, run, write, at, out } = prepare({ rows: ['rows.csv', table] })
    const { child, ended } = begin()
    const begun = setInterval(() => {
      if (existsSync(at('out.jsonl')) && out() !== '') child.kill('SIGKILL')
    }, 5)
    await ended
    clearInterval(begun)
    write({ ...greeting, more: { type: 'text/text', inputs: { text: 'x' } } })
    const { code, stderr } = await run(['--resume'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('another workflow')])
  })

  test('by Ctrl-C ends with 130, and what had ended is kept', async () => {
    const { begin, run, lines, at, out } = prepare({ rows: ['rows.csv', table] })
    const { child, ended } = begin()
    const begun = setInterval(() => {
      if (existsSync(at('out.jsonl')) && out() !== '') {
        clearInterval(begun)
        child.kill('SIGINT')
      }
    }, 5)
    expect((await ended).code).toBe(130)
    expect(lines().length).toBeLessThan(count)
    expect((await run(['--resume'])).code).toBe(0)
    expect(lines().map(({ row }) => row)).toEqual(Array.from({ length: count }, (_, i) => i))
  })
})

test('the line of progress tells rate, time left and failures', () => {
  expect(batchLine({ done: 340, failed: 2, total: 1_000, fresh: 240, milliseconds: 4_000 })).toBe(
    '███████░░░░░░░░░░░░░ 340/1000 rows · 60.0/s · 11 s left · 2 failed',
  )
})
