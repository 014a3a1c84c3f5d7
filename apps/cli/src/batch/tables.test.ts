import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { definitions } from '@woolgather/nodes/definitions'
import { WoolgatherError, type Json, type Workflow } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { CliError } from '../io/cli-error.ts'
import { loadDescriptions } from '../reading/load-descriptions.ts'
import { bindColumns, bindRow } from './bind-columns.ts'
import { openRows, surveyRows, type RowsOptions } from './read-rows.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-tables-'))
const descriptions = await loadDescriptions([], () => {})

function write(name: string, table: string | Buffer): string {
  writeFileSync(path.join(folder, name), table)
  return path.join(folder, name)
}

interface Given extends RowsOptions {
  name?: string
  nodes: Workflow['nodes']
  ignore?: string[]
}

/** For each row of a table the inputs of the workflow's nodes that it is run with, or what is wrong with the row. */
async function bind(table: string | Buffer, { name = 'rows.csv', nodes, ignore = [], ...options }: Given) {
  const workflow: Workflow = { format: 'woolgather', version: 1, name: 'tables', nodes }
  const file = write(name, table)
  try {
    const { columns, decimalComma } = await surveyRows(file, options)
    const bound = bindColumns(workflow, columns, descriptions, {
      ignored: ignore,
      ignoreOthers: false,
      decimalComma,
    })
    const rows: Workflow['nodes'][string]['inputs'][] = []
    for await (const row of (await openRows(file, options)).rows) {
      const { workflow: changed, errors } = bindRow(workflow, bound, row)
      rows.push(errors.length > 0 ? { errors: errors.map(({ message }) => message) } : inputsOf(changed))
    }
    return rows
  } catch (error) {
    if (error instanceof CliError) return error.issues.map(({ message, hint = '' }) => `${message} ${hint}`)
    throw error
  }
}

function inputsOf({ nodes }: Workflow): Record<string, Json> {
  const all = Object.entries(nodes).flatMap(([id, { inputs = {} }]) =>
    Object.entries(inputs).map(([input, value]) => [`${id}.${input}`, value] as const),
  )
  return Object.fromEntries(all)
}

/** The values that an `api/input` called `v` gets. */
async function values(
  type: string,
  table: string | Buffer,
  options: Omit<Given, 'nodes'> = {},
  value: Json = '',
) {
  const nodes = { v: { type: 'api/input', inputs: { type, value } } }
  const rows = await bind(table, { ...options, nodes })
  return rows.map((row) => (typeof row === 'object' && 'v.value' in row ? row['v.value'] : row))
}

describe('what is in a table reaches the workflow, or is refused with its line', () => {
  test('in any encoding that is said, and never with characters replaced', async () => {
    const latin = Buffer.from('v\nM\xfcller \x96 5\n', 'latin1')
    expect((await values('text', latin)).join()).toMatch(
      /rows\.csv”: Line 2 is not UTF-8: byte FC at offset 3\..*--encoding/,
    )
    expect(await values('text', latin, { encoding: 'windows-1252' })).toEqual(['Müller – 5'])
    expect((await values('text', latin, { encoding: 'latin-x' })).join()).toMatch(
      '“latin-x” is not an encoding',
    )
  })

  test('with any delimiter, also one that is said', async () => {
    expect(await values('text', 'v;x\nAda, Bob;\n', { ignore: ['x'] })).toEqual(['Ada, Bob'])
    expect(await values('text', 'v\tx\nAda, Bob\t\n', { ignore: ['x'], name: 'rows.tsv' })).toEqual([
      'Ada, Bob',
    ])
    expect(await values('text', 'v|x\nAda|1\n', { ignore: ['x'], delimiter: 'pipe' })).toEqual(['Ada'])
    expect((await values('text', 'v\n', { delimiter: 'of' })).join()).toMatch(
      '“of” cannot stand between columns',
    )
  })

  test('with a column without a name only where that is left out on purpose', async () => {
    expect((await values('text', ',v\n0,Ada\n')).join()).toMatch(/Column 1 has no name.*row 0, in line 2/)
    expect(await values('text', ',v\n0,Ada\n', { ignoreUnnamed: true })).toEqual(['Ada'])
    expect((await values('text', ',v\n0,Ada\n')).join()).toContain('--ignore ""')
    expect(await values('text', 'v,\nAda,\n')).toEqual(['Ada'])
  })
})

describe('a field becomes what its input takes', () => {
  const texts = ['2024', 'true', 'null', ' x ', '[1, 2]', '"Quoted"', '{"task":"classify"}']
  const column = (name: string): string =>
    `${name}\n${texts.map((text) => `"${text.replaceAll('"', '""')}"`).join('\n')}\n`

  test('unchanged where that is text [R64]', async () => {
    expect(await values('text', column('v'))).toEqual(texts)
    expect(await values('any', column('v'))).toEqual(texts)
    for (const [type, input] of [
      ['text/text', 'text'],
      ['matrix/axis', 'values'],
      ['generation/generate', 'prompt'],
    ] as const) {
      const rows = await bind(column(`n.${input}`), { nodes: { n: { type } } })
      expect(rows).toEqual(texts.map((text) => ({ [`n.${input}`]: text })))
    }
  })

  test('a turn of a user where that is a conversation', async () => {
    const conversation = '"[{""role"":""system"",""content"":""x""}]"'
    const rows = await bind(`n.messages\n2024\n${conversation}\n`, {
      nodes: { n: { type: 'generation/generate' } },
    })
    expect(rows).toEqual([
      { 'n.messages': [{ role: 'user', content: '2024' }] },
      { 'n.messages': [{ role: 'system', content: 'x' }] },
    ])
  })

  test('a number or boolean as spreadsheets write it; an empty field is not given [R64]', async () => {
    expect(await values('number', 'v,x\n.5,\n007,\n"1,234.5",\n,\n 7 ,\n', { ignore: ['x'] }, 42)).toEqual([
      0.5, 7, 1_234.5, 42, 7,
    ])
    expect(await values('number', 'v;\n1,5;\n1.234,5;\n', {}, 42)).toEqual([1.5, 1_234.5])
    expect(await values('boolean', 'v,x\nTRUE,\nno,\n,\n1,\n', { ignore: ['x'] }, false)).toEqual([
      true,
      false,
      false,
      true,
    ])
    const rows = await bind('n.temperature,n.maxTokens\n+.5,7.0\n,\n', {
      nodes: { n: { type: 'generation/generate' } },
    })
    expect(rows).toEqual([{ 'n.temperature': 0.5, 'n.maxTokens': 7 }, {}])
  })

  test('nothing where JSONL has null or an empty text, unless that is a value', async () => {
    const rows = '{"v":null}\n{"v":""}\n{"v":"5"}\n'
    expect(await values('number', rows, { name: 'rows.jsonl' }, 42)).toEqual([42, 42, 5])
    expect(await values('json', '{"v":null}\n', { name: 'rows.jsonl' }, 42)).toEqual([null])
    expect(await values('text', '{"v":null}\n{"v":""}\n', { name: 'rows.jsonl' }, 'x')).toEqual(['x', ''])
  })

  test('or an error of its row, with column and line', async () => {
    expect(await values('number', 'v\n5%\n')).toEqual([
      { errors: ['Column “v” of row 0, in line 2, must be a number, is "5%".'] },
    ])
    expect(await bind('n.temperature\n-1\n', { nodes: { n: { type: 'generation/generate' } } })).toEqual([
      { errors: ['Column “n.temperature” of row 0, in line 2, must be at least 0, is -1.'] },
    ])
  })

  test('of an input that has no other value, an empty field is an error', async () => {
    const needed = 'Column “n.text” of row 1, in line 3, is empty, and its input has no other value.'
    const rows = (nodes: Given['nodes']) => bind('n.text,n.find\na,b\n,b\n', { nodes, ignore: ['n.find'] })
    expect((await rows({ n: { type: 'text/replace' } }))[1]).toEqual({ errors: [needed] })
    expect((await rows({ n: { type: 'text/replace', inputs: { text: 'x' } } }))[1]).toEqual({ 'n.text': 'x' })
    expect(await values('number', 'v,x\n,\n', { ignore: ['x'] })).toMatchObject([
      { errors: [expect.stringContaining('Column “v” of row 0, in line 2, is empty')] },
    ])
  })
})

/** Tables as people's programs write them, good and bad. */
const corpus: Record<string, string | Buffer> = {
  'plain.csv': 'who,mood\nAda,happy\nBob,sad\n',
  'quotes.csv': 'who,mood\n"Ada, ""the"" first","a\r\nb"\n5" pipe, "sea, sky"\n',
  'empty-fields.csv': 'who,mood\n,\n"",""\nAda\n',
  'one-column.csv': 'who\n""\n\nAda\n',
  'spaces.csv': ' who , mood \n Ada ,x \n',
  'windows.csv': '\uFEFF"who";mood\r\nAda;1,5\r\n',
  'mac.csv': 'who,mood\rAda,x\r',
  'excel.csv': 'sep=|\nwho|mood\nAda|x\n',
  'utf16.txt': Buffer.from('\uFEFFwho\tmood\nMüller\t😀\n', 'utf16le'),
  'tabs.tsv': 'who\tmood\nAda, Bob\tx\n',
  'trailing.csv': 'who,mood,\nAda,x,\n',
  'marked.jsonl': '\uFEFF{"who":"Ada","mood":"x"}\n\n{"who":"12345678901234567890","mood":""}\n',
  'digits.ndjson': '{"who":12345678901234567890,"mood":"1e5"}\n',
  'zero.csv': 'who,mood\n"a\0b",x\n',
  'bad-quotes.csv': 'who,mood\n"She said "hello" to me",x\n',
  'bad-open.csv': 'who,mood\nAda,x\n"Bob,x\nCarl,x\n',
  'bad-latin.csv': Buffer.from('who,mood\nMüller,x\n', 'latin1'),
  'bad-surplus.csv': 'who,mood\nAda,x,y\n',
  'bad-unnamed.csv': 'who,mood,\nAda,x,y\n',
  'bad-twice.csv': 'who,who\nAda,x\n',
  'bad-line.jsonl': '{"who":"a","mood":"b"}\n[1]\n',
}

/** The rows that `matrix/rows` gives, or what it says. */
async function nodeRows(name: string): Promise<unknown> {
  const node = definitions.find(({ type }) => type === 'matrix/rows') as (typeof definitions)[number]
  const files = { readInputBytes: (file: string) => Promise.resolve(readFileSync(path.join(folder, file))) }
  const inputs = {
    file: name,
    text: '',
    format: 'auto',
    type: 'text',
    delimiter: '',
    encoding: '',
    label: '',
  }
  try {
    const { row } = (await node.run(inputs as never, { services: { files } } as never)) as { row: Json }
    return row
  } catch (error) {
    return error instanceof WoolgatherError ? error.message.replace(`“${name}”: `, '') : error
  }
}

describe('batch and `matrix/rows` read alike', () => {
  const input = { type: 'api/input', inputs: { type: 'text', value: '' } }

  test.each(Object.keys(corpus))('%s', async (name) => {
    const rows = await bind(corpus[name] ?? '', { name, nodes: { who: input, mood: input } })
    const ofNode = await nodeRows(name)
    if (name.startsWith('bad-')) expect(rows.join()).toContain(ofNode)
    else {
      const names = name.startsWith('one-') ? ['who'] : ['who', 'mood']
      const given = rows.map((row) =>
        typeof row === 'object'
          ? Object.fromEntries(names.map((column) => [column, row[`${column}.value`]]))
          : row,
      )
      expect(ofNode).toEqual(given)
    }
  })
})
