import { createInterface } from 'node:readline/promises'

/** Asks at the terminal; anything but yes is no. */
export async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const closed = new AbortController()
  // Ctrl-C and Ctrl-D are no.
  terminal.once('close', () => closed.abort())
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal: closed.signal })).trim())
  } catch {
    return false
  } finally {
    terminal.close()
  }
}
