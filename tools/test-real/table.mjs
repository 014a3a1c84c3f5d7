/** A line as it is told while it goes on. */
export function row({ line, outcome, told, seconds, mebibytes }) {
  return `${outcome.padEnd(8)} ${line.padEnd(28)} ${String(seconds).padStart(6)} s ${String(mebibytes).padStart(6)} MiB  ${told}`
}

export function markdown(results) {
  return tableOf(results.map(rowOf))
}

/** Cells of a line's row; the first says which line it is. */
export function rowOf({ line, outcome, told, against, seconds, mebibytes }) {
  return [
    line,
    outcome === 'works' ? 'works' : `**${outcome}**`,
    cell(told),
    cell(against),
    `${seconds} s`,
    `${mebibytes} MiB`,
  ]
}

export function tableOf(rows) {
  const head = ['what', 'outcome', 'measured, or why', 'held against', 'time', 'memory']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').slice(0, 300)
