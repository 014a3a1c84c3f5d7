import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Workflow } from '@woolgather/workflow'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findResults, type FoundResults } from './find-results.ts'
import { openResults, type ResultFile } from './result-file.ts'
import { readCsvRow, readJsonLine, type ResultLine, type ResultShape } from './result-line.ts'

const workflow: Workflow = { format: 'woolgather', version: 1, name: 'Line\nbreaks, "quotes"', nodes: {} }
const identity = { workflow: 'w', columns: ['who'], seeds: {} }

function newFile(format: 'csv' | 'jsonl'): string {
  return path.join(mkdtempSync(path.join(tmpdir(), 'woolgather-results-')), `out.${format}`)
}

interface Opened {
  found: FoundResults
  results: ResultFile
}

async function open(file: string, count: number, mode: 'begin' | 'resume'): Promise<Opened> {
  const format = file.endsWith('csv') ? 'csv' : 'jsonl'
  const shape: ResultShape = {
    format,
    outputs: ['said'],
    carry: ['id'],
    inputs: ['id', 'said'],
    hashed: true,
    formulas: true,
  }
  const found = await findResults({
    file,
    shape,
    bound: shape.inputs,
    workflow,
    targets: undefined,
    identity,
    mode,
    count,
  })
  return { found, results: await openResults({ file, found, workflow, identity, mark: false }) }
}

function lineOfRow(row: number, said: string, status: ResultLine['status'] = 'completed'): ResultLine {
  return {
    row,
    status,
    inputs: { id: `0${row}`, said: `"${row}"\n` },
    outputs: { said },
    errors: [],
    carried: { id: `0${row}` },
    rowHash: '0123456789ab',
  }
}

/** Row and output of every line. */
function read(file: string): [row: number, said: string][] {
  const text = readFileSync(file, 'utf8')
  if (file.endsWith('jsonl')) {
    const lines = text.split('\n').slice(0, -1)
    expect(lines.every((line) => readJsonLine(line) !== undefined)).toBe(true)
    return lines
      .map((line) => JSON.parse(line) as ResultLine)
      .map(({ row, outputs }) => [row, String(outputs['said'])])
  }
  const records = text.match(/(?:[^"\n]|"[^"]*")*\n/g) ?? []
  return records.slice(1).map((record) => {
    const [row, , said = ''] = readCsvRow(record)
    return [Number(row), said]
  })
}

const texts = fc.array(
  fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a\n"b",c', '\r\n', '"', '')),
  {
    minLength: 1,
    maxLength: 12,
  },
)

test.each(['jsonl', 'csv'] as const)(
  'killed at any byte of any write, a batch that goes on has every row once, in %s',
  async (format) => {
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
        async (said, cuts) => {
          const file = newFile(format)
          let opened = await open(file, said.length, 'begin')
          const rowsLeft = (): number[] => [...said.keys()].filter((row) => !opened.found.rows.has(row))
          for (const cut of cuts) {
            await opened.results.append(rowsLeft().map((row) => lineOfRow(row, said[row]!)))
            await opened.results.close()
            truncateSync(file, Math.round(cut * readFileSync(file).length))
            opened = await open(file, said.length, 'resume')
          }
          await opened.results.append(rowsLeft().map((row) => lineOfRow(row, said[row]!)))
          await opened.results.complete()
          await opened.results.close()
          expect(read(file)).toEqual([...said.entries()])
          rmSync(path.dirname(file), { recursive: true })
        },
      ),
      { seed: 1, numRuns: 30 },
    )
  },
)

test.each(['jsonl', 'csv'] as const)(
  'killed at any byte while failed rows run again, a batch has one line of each, in order, in %s',
  async (format) => {
    const count = 8
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(count - 1), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (failing, cut) => {
          const file = newFile(format)
          const first = await open(file, count, 'begin')
          const all = Array.from({ length: count }, (_, row) => row)
          await first.results.append(
            all.map((row) => lineOfRow(row, 'old', failing.includes(row) ? 'failed' : 'completed')),
          )
          await first.results.close()
          const before = readFileSync(file).length
          const again = await open(file, count, 'resume')
          await again.results.append(failing.map((row) => lineOfRow(row, 'new')))
          // The kill comes before the older lines were taken away.
          const after = readFileSync(file)
          await again.results.close()
          writeFileSync(file, after.subarray(0, Math.round(before + cut * (after.length - before))))
          const last = await open(file, count, 'resume')
          const left = failing.filter((row) => last.found.rows.hasFailed(row))
          await last.results.append(left.map((row) => lineOfRow(row, 'new')))
          await last.results.complete()
          await last.results.close()
          expect(read(file)).toEqual(all.map((row) => [row, failing.includes(row) ? 'new' : 'old']))
          expect(readFileSync(file, 'utf8').match(/format/g)).toHaveLength(1)
          rmSync(path.dirname(file), { recursive: true })
        },
      ),
      { seed: 2, numRuns: 30 },
    )
  },
)

const isRoot = process.platform === 'linux' && process.getuid?.() === 0

test.skipIf(!isRoot)(
  'a disk that is full within a line is told, the lines before stay whole, and it goes on',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-results-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder])
    try {
      const file = path.join(folder, 'out.jsonl')
      const filler = path.join(folder, 'filler')
      const long = 'x'.repeat(1_000)
      const { results } = await open(file, 40, 'begin')
      await results.append([lineOfRow(0, long)])
      writeFileSync(filler, Buffer.alloc(4_096 * (statfsSync(folder).bavail - 1)))
      const rest = Array.from({ length: 39 }, (_, i) => lineOfRow(i + 1, long))
      await expect(results.append(rest)).rejects.toMatchObject({
        exitCode: 1,
        issues: [{ code: 'disk-full', hint: expect.stringContaining('--resume') as string }],
      })
      await results.close()
      expect(read(file)).toEqual([[0, long]])
      rmSync(filler)
      const again = await open(file, 40, 'resume')
      await again.results.append(rest)
      await again.results.complete()
      await again.results.close()
      expect(read(file).map(([row]) => row)).toEqual(Array.from({ length: 40 }, (_, row) => row))
    } finally {
      execFileSync('umount', ['-l', folder])
    }
  },
)
