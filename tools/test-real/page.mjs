import { readFile, rename, writeFile } from 'node:fs/promises'
import { arch, cpus, platform } from 'node:os'
import { fileURLToPath } from 'node:url'
import * as prettier from 'prettier'
import { rowOf, tableOf } from './table.mjs'

const begin = '<!-- written by npm run test:real -->'
const end = '<!-- until here -->'

/**
 * Writes the table between the marks of a page. Rows of lines that did not run stay.
 * @param measured whether all lines ran, in how many seconds, and what the machine was busy with before
 */
export async function writePage(file, results, measured) {
  await replacePart(file, begin, (before) => {
    const rows = new Map(rowsIn(before).map((cells) => [cells[0], cells]))
    const ran = new Map(results.map((result) => [result.line, rowOf(result)]))
    const kept = [...rows].map(([line, cells]) => ran.get(line) ?? cells)
    const fresh = [...ran].filter(([line]) => !rows.has(line)).map(([, cells]) => cells)
    const table = tableOf(measured.isWhole ? [...ran.values()] : [...kept, ...fresh])
    return `${whenAndWhere(measured)}\n\n${table}`
  })
}

/** Writes what stands between a mark of a page and the next mark of an end. */
export async function replacePart(file, mark, write) {
  const page = await readFile(file, 'utf8')
  const from = page.indexOf(mark) + mark.length
  const to = page.indexOf(end, from)
  if (from < mark.length || to < from) throw new Error(`${file} lacks the marks ${mark} and ${end}.`)
  const written = `${page.slice(0, from)}\n\n${write(page.slice(from, to))}\n\n${page.slice(to)}`
  // Formatted as the project is, wherever the page lies.
  const options = await prettier.resolveConfig(fileURLToPath(import.meta.url))
  await writeFile(`${file}.part`, await prettier.format(written, { ...options, parser: 'markdown' }))
  await rename(`${file}.part`, file)
}

function rowsIn(text) {
  return text
    .split('\n')
    .filter((line) => /^\| (?!what |-)/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

function whenAndWhere({ isWhole, seconds, load }) {
  const date = new Date().toISOString().slice(0, 10)
  const processors = cpus()
  const machine = `${processors.length} × ${processors[0]?.model.trim() ?? 'processor'}, ${platform()} ${arch()}, load before ${load.toFixed(1)}`
  return isWhole
    ? `All lines in ${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s on ${date} (${machine}).`
    : `Measured in several runs, the last on ${date} (${machine}).`
}
