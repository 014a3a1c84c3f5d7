import { WoolgatherError } from '@woolgather/workflow'
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { isRunning } from '../made/is-running.ts'
import type { Sharing } from '../made/sharing.ts'

/** LoRAs that were trained here or on other machines, by what is in them. They took long to make, so that nothing removes them by itself. */
export interface TrainedLoras {
  /** @throws WoolgatherError model-not-found where it was removed */
  pathOf(sha256: string): Promise<string>
  has(sha256: string): Promise<boolean>
  /** Takes a file in. @returns its sha256 */
  keep(file: string): Promise<string>
}

export function openTrainedLoras(folder: string, sharing?: Sharing): TrainedLoras {
  const nameOf = (sha256: string): string => `${sha256}.lora.gguf`
  const placeOf = (sha256: string): string => path.join(folder, nameOf(sha256))
  const has = (sha256: string): Promise<boolean> =>
    access(placeOf(sha256)).then(
      () => true,
      () => false,
    )
  const cleared = clearLeftOvers(folder)
  const fetching = new Map<string, Promise<boolean>>()
  /** One for all who ask: what is there is never replaced, as somebody may be loading it. */
  const fetch = (sha256: string): Promise<boolean> => {
    const begun = fetching.get(sha256) ?? fetchIt(sha256).finally(() => fetching.delete(sha256))
    fetching.set(sha256, begun)
    return begun
  }
  const fetchIt = async (sha256: string): Promise<boolean> => {
    if (await has(sha256)) return true
    if ((await sharing?.find(nameOf(sha256))) === undefined) return false
    await cleared
    await mkdir(folder, { recursive: true })
    const target = `${placeOf(sha256)}.${process.pid}.${randomUUID()}.tmp`
    try {
      if (!(await sharing?.fetch(nameOf(sha256), target))) return false
      await rename(target, placeOf(sha256))
      return true
    } finally {
      await rm(target, { force: true })
    }
  }
  return {
    has,
    async pathOf(sha256) {
      if ((await has(sha256)) || (await fetch(sha256))) return placeOf(sha256)
      throw new WoolgatherError('model-not-found', 'The trained LoRA is not there any more.', {
        input: 'lora',
        hint: `Run “Train LoRA” afresh, or put ${sha256}.lora.gguf back into ${folder}.`,
      })
    },
    async keep(file) {
      const hash = createHash('sha256')
      for await (const bytes of createReadStream(file)) hash.update(bytes as Buffer)
      const sha256 = hash.digest('hex')
      await mkdir(folder, { recursive: true })
      await rename(file, placeOf(sha256))
      // Whoever is told of it may be another machine's.
      await sharing?.keep(nameOf(sha256), placeOf(sha256), [])
      return sha256
    },
  }
}

/** What processes that are gone were fetching. */
async function clearLeftOvers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    const [, pid] = /^[0-9a-f]{64}\.lora\.gguf\.(?:(\d+)\.)?[0-9a-f-]{36}\.tmp$/.exec(name) ?? [undefined, '']
    if (pid === '' || (pid !== undefined && isRunning(Number(pid)))) continue
    await rm(path.join(folder, name), { force: true }).catch(() => undefined)
  }
}
