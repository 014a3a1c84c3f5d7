import type { Fabric } from '@woolgather/fabric'
import type { ModelContents } from './model-contents.ts'

/** What a worker offers now. */
export interface OfferedFiles {
  /** Contents of files by name. */
  files: Record<string, string>
  /** Artifact that describes them. */
  catalogue: string | undefined
  /** Files that are still read to know what they hold. */
  reading: string[]
}

export interface WatchedFiles {
  readonly offered: OfferedFiles
  /** Looks anew; resolves when what came since it was looked last is offered. */
  look(): Promise<void>
}

/**
 * The files of a worker. What is known is offered at once, however long others take to be read; new ones are read first,
 * small ones before large ones.
 * @param onChange told whenever something is offered that was not, or no more
 */
export function watchFiles(
  fabric: Pick<Fabric, 'artifacts'>,
  contents: ModelContents,
  onChange: () => void,
): WatchedFiles {
  let offered: OfferedFiles = { files: {}, catalogue: undefined, reading: [] }
  let running: Promise<void> | undefined
  /** Files that could not be read since something was looked for last. */
  const failed = new Set<string>()
  const wanted: { settled: () => void; before: ReadonlySet<string> }[] = []

  const lookOnce = async (): Promise<string | undefined> => {
    const asked = [...wanted]
    const { catalogue, unread } = await contents.look()
    const files = Object.fromEntries(catalogue.map(({ content, model }) => [model.file, content]))
    const reading = unread.filter((file) => !failed.has(file))
    const before = new Set(offered.reading)
    const artifact = await fabric.artifacts.put(new TextEncoder().encode(JSON.stringify(catalogue)))
    const isNew = artifact !== offered.catalogue || reading.join('\n') !== offered.reading.join('\n')
    offered = { files, catalogue: artifact, reading }
    if (isNew) onChange()
    for (const one of asked) {
      if (reading.some((file) => !one.before.has(file))) continue
      wanted.splice(wanted.indexOf(one), 1)
      one.settled()
    }
    return reading.find((file) => !before.has(file)) ?? reading[0]
  }

  const run = async (): Promise<void> => {
    failed.clear()
    for (;;) {
      const next = await lookOnce()
      if (next !== undefined) await contents.read(next).catch(() => failed.add(next))
      else if (wanted.length === 0) return
    }
  }

  const begin = (): void => {
    // What cannot be looked at now may be the next time.
    running ??= run()
      .catch(() => wanted.splice(0).forEach((one) => one.settled()))
      .finally(() => {
        running = undefined
        // Somebody may have come in the very moment of its end.
        if (wanted.length > 0) begin()
      })
  }

  return {
    get offered() {
      return offered
    },
    look: () =>
      new Promise((settled) => {
        wanted.push({ settled, before: new Set(offered.reading) })
        begin()
      }),
  }
}
