import { expect } from 'vitest'
import type { Fabric, FabricOptions, Lease, Work } from '../interface/fabric.ts'

/** Opens the fabric of one test once more, as another process would; each test has one of its own. */
export type OpenAgain = (options?: FabricOptions) => Promise<Fabric>

export function work(id: string, changes: Partial<Work> = {}): Work {
  return { id, queue: 'small', interactive: false, run: 'run', body: { of: id }, ...changes }
}

/** The next work of these queues, as soon as there is some. */
export async function taken(fabric: Fabric, queues: readonly string[] = ['small']): Promise<Lease> {
  let lease: Lease | undefined
  await expect.poll(async () => (lease ??= await fabric.take(queues)) !== undefined).toBe(true)
  return lease as Lease
}
