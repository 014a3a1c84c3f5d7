import path from 'node:path'

/**
 * The one line that people get: where it is, which begins the line for programs that read it, where models are looked for,
 * and how to stop.
 */
export function greet(address: string, models: readonly string[]): string {
  const [first = 'models', ...more] = models
  const others =
    more.length === 0 ? '' : ` and ${more.length === 1 ? 'one more folder' : `${more.length} more folders`}`
  return `${address}  Woolgather is running, with the models in ${short(first)}${others}. Ctrl+C stops it.`
}

/** A folder below the one that one is in, as one would type it there. */
function short(folder: string): string {
  const relative = path.relative(process.cwd(), folder)
  return relative === '' || relative.startsWith('..') || path.isAbsolute(relative)
    ? folder
    : `.${path.sep}${relative}`
}
