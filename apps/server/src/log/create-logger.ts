import { pino, type Logger } from 'pino'
import { forPeople } from './for-people.ts'

/**
 * The log, on stderr: JSON lines for machines, or for people a sentence for each thing that goes wrong. `WOOLGATHER_LOG`
 * names another level.
 */
export function createLogger({ json }: { json: boolean }): Logger {
  const level = process.env['WOOLGATHER_LOG'] ?? (json ? 'info' : 'warn')
  const lines = pino.destination(2)
  // Where the log is on a disk that is full, or nobody reads it any more, it is not worth ending for.
  lines.on('error', () => {})
  const stream = json ? lines : { write: (line: string) => lines.write(forPeople(line)) }
  return pino({ base: { name: 'woolgather' }, level }, stream)
}
