import { execFileSync } from 'node:child_process'

/** Bytes of main memory that a process and those it started have now. */
function resident(root) {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number))
  const family = new Set([root])
  for (let before = 0; before < family.size;) {
    before = family.size
    for (const [pid, parent] of rows) if (family.has(parent)) family.add(pid)
  }
  return 1024 * rows.reduce((sum, [pid, , kilobytes]) => sum + (family.has(pid) ? kilobytes : 0), 0)
}

/** The most memory that a process and its children have until it is asked. */
export function watchMemory(pid) {
  let most = resident(pid)
  const look = () => (most = Math.max(most, resident(pid)))
  const timer = setInterval(look, 500)
  return () => {
    clearInterval(timer)
    return look()
  }
}
