import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createAsk } from '@woolgather/protocol'

/** ` (process 4711)`, or nothing where it is not known. */
export function describeHolder(pid: number | undefined): string {
  return pid === undefined ? '' : ` (process ${pid})`
}

/** Milliseconds that whoever listens may take to say who it is. */
const patience = 1_000

/** Which process listens on a port of this machine, as far as it or the system says so. */
export async function findHolder(host: string, port: number): Promise<number | undefined> {
  return (await askHolder(host, port)) ?? findListener(port)
}

/** Another Woolgather says so itself. */
async function askHolder(host: string, port: number): Promise<number | undefined> {
  try {
    const name = host.includes(':') ? `[${host}]` : host
    const ask = createAsk({ url: `http://${name}:${port}`, signal: AbortSignal.timeout(patience) })
    const { pid } = await ask('health')
    return Number.isInteger(pid) ? pid : undefined
  } catch {
    return undefined
  }
}

/** State of a socket that listens, in Linux's tables. */
const listening = '0A'

function findListener(port: number): number | undefined {
  try {
    const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => inodesOf(table, port)))
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .find((pid) => socketsOf(pid).some((inode) => inodes.has(inode)))
  } catch {
    return undefined
  }
}

/** `  0: 0100007F:1EB4 00000000:0000 0A … inode`, numbers in hexadecimal. */
function inodesOf(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const lines = readFileSync(table, 'latin1').split('\n')
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    return local.endsWith(wanted) && state === listening && inode !== undefined ? [inode] : []
  })
}

/** Those of others' processes cannot be seen. */
function socketsOf(pid: number): string[] {
  try {
    const folder = `/proc/${pid}/fd`
    return readdirSync(folder).flatMap(
      (name) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${name}`))?.[1] ?? [],
    )
  } catch {
    return []
  }
}
