import { WoolgatherError } from '@woolgather/workflow'
import type { Content, Contents } from './contents.ts'

/** Files as workflows name them, with what was in them when they were looked at. */
export type Sources = ReadonlyMap<string, Content>

/** A file has become another since it was looked at. */
export class StaleFile extends WoolgatherError {
  constructor(file: string) {
    super('model-unreadable', `“${file}” was changed or replaced while it was read.`, {
      hint: 'Try again when it is no longer written to.',
    })
  }
}

/** The files of the models folders. */
export interface SourceFiles {
  /** @throws WoolgatherError model-not-found, file-outside-folders */
  find(file: string): Promise<string>
  look(files: readonly string[]): Promise<Sources>
  /** @throws StaleFile where one is not what it was */
  check(sources: Sources): Promise<void>
}

export function createSourceFiles(
  findFile: (file: string) => Promise<string>,
  contents: Contents,
): SourceFiles {
  // The cells of a sweep ask at once, and each look at a disk is felt beside a small model.
  const find = whilePending(findFile)
  const lookAt = whilePending(async (file) => contents.of(await find(file)))
  const look = async (files: readonly string[]): Promise<Sources> =>
    new Map(
      await Promise.all(files.map(async (file): Promise<[string, Content]> => [file, await lookAt(file)])),
    )
  return {
    find,
    look,
    async check(sources) {
      for (const [file, { identity }] of await look([...sources.keys()])) {
        if (identity !== sources.get(file)?.identity) throw new StaleFile(file)
      }
    },
  }
}

/**
 * Tries again where a file became another meanwhile: it may be whole by now.
 * @param may whether the work can be done again
 */
export async function whileStale<Result>(
  work: () => Promise<Result>,
  may: () => boolean = () => true,
): Promise<Result> {
  for (let tries = 3; ; tries--) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StaleFile) || tries <= 1 || !may()) throw error
    }
  }
}

/** Who asks for the same while an answer is on its way shares it. */
function whilePending<Result>(ask: (of: string) => Promise<Result>): (of: string) => Promise<Result> {
  const pending = new Map<string, Promise<Result>>()
  return (of) => {
    const answer = pending.get(of) ?? ask(of).finally(() => pending.delete(of))
    pending.set(of, answer)
    return answer
  }
}
