import { WoolgatherError } from '@woolgather/workflow'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, rename } from 'node:fs/promises'
import path from 'node:path'

/** LoRAs that were trained here, by what is in them. They took long to make, so that nothing removes them by itself. */
export interface TrainedLoras {
  /** @throws WoolgatherError model-not-found where it was removed */
  pathOf(sha256: string): Promise<string>
  has(sha256: string): Promise<boolean>
  /** Takes a file in. @returns its sha256 */
  keep(file: string): Promise<string>
}

export function openTrainedLoras(folder: string): TrainedLoras {
  const placeOf = (sha256: string): string => path.join(folder, `${sha256}.lora.gguf`)
  const has = (sha256: string): Promise<boolean> =>
    access(placeOf(sha256)).then(
      () => true,
      () => false,
    )
  return {
    has,
    async pathOf(sha256) {
      if (await has(sha256)) return placeOf(sha256)
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
      return sha256
    },
  }
}
