import { stat } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { namesOf } from '../sources/contents.ts'
import { whileStale, type SourceFiles, type Sources } from '../sources/source-files.ts'
import type { HeldFile, MadeFiles, Make, Notes, WorkOptions } from './made-files.ts'

/** A file that was made, and what it was made from. */
export interface HeldMade extends HeldFile {
  sources: Sources
}

export interface Recipe {
  /** How it is made, all but the contents of its files. */
  how: unknown
  files: readonly string[]
  extension: '.gguf' | '.lora.gguf'
}

/**
 * What is made from files, named by the code that makes it, by how, and by what is in them. As long as that is not known wholly, it goes by an early
 * name, and is found by it later. What one of the files was changed under is made anew.
 * @throws WoolgatherError, StaleFile
 */
export function holdMade(
  { made, files }: { made: MadeFiles; files: SourceFiles },
  recipe: Recipe,
  options: WorkOptions,
  make: Make,
): Promise<HeldMade> {
  return whileStale(async () => {
    const sources = await files.look(recipe.files)
    const name = await chooseName(made, recipe, sources)
    const about = await largestOf(files, recipe)
    const held = await made.hold(name, { ...options, about }, async (target, own) => {
      const notes = await make(target, own).catch(async (error: unknown) => {
        own.signal.throwIfAborted()
        // What cannot be read may have been replaced just then.
        await files.check(sources)
        throw error
      })
      await files.check(sources)
      return notes
    })
    return { ...held, sources }
  })
}

/** Whether it has been made, from the files as they are. */
export async function isMade(
  { made, files }: { made: MadeFiles; files: SourceFiles },
  recipe: Recipe,
): Promise<boolean> {
  return made.has(await chooseName(made, recipe, await files.look(recipe.files)))
}

/** What was noted when it was made from the files as they are. */
export async function notesOfMade(
  { made, files }: { made: MadeFiles; files: SourceFiles },
  recipe: Recipe,
): Promise<Notes> {
  return made.notesOf(await chooseName(made, recipe, await files.look(recipe.files)))
}

/** What is made of models has about their size. */
async function largestOf(files: SourceFiles, recipe: Recipe): Promise<number> {
  const sizes = recipe.files.map(async (file) => (await stat(await files.find(file))).size)
  return Math.max(0, ...(await Promise.all(sizes)))
}

async function chooseName(made: MadeFiles, recipe: Recipe, sources: Sources): Promise<string> {
  // An early name says which file it is on this machine.
  if (made.isShared) await Promise.all([...sources.values()].map(({ settled }) => settled))
  const best = await nameBy(made, recipe, sources, 'best')
  if (await made.has(best)) return best
  const early = await nameBy(made, recipe, sources, 'early')
  return (await made.has(early)) ? early : best
}

async function nameBy(
  { code }: MadeFiles,
  { how, extension }: Recipe,
  sources: Sources,
  which: 'best' | 'early',
): Promise<string> {
  const key = JSON.stringify([code ?? null, how, await namesOf([...sources.values()], which)])
  return `${createHash('sha256').update(key).digest('hex')}${extension}`
}
