import { expect } from 'vitest'

/** What costs are measured by: some 30 ms. */
function sortNumbers(): void {
  let state = 1
  Float64Array.from({ length: 200_000 }, () => (state = (state * 48_271) % 2_147_483_647)).sort()
}

/** Seconds that this process computed for it; time on the clock would measure what else the machine does. */
async function costOf(work: () => unknown): Promise<number> {
  const began = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1e6
}

expect.extend({
  /**
   * Work costs at most as much processor time as sorting 200,000 numbers so often: what is to be quick is measured by
   * other work, done at the same time by the same machine, however fast that is.
   */
  async toCostAtMost(work: () => unknown, sorts: number) {
    const sort = await costOf(sortNumbers)
    const cost = await costOf(work)
    return {
      pass: cost <= sorts * sort,
      message: () =>
        `It cost ${cost} s of a processor: ${cost / sort} times what sorting 200,000 numbers does`,
      expected: `at most ${sorts} times`,
    }
  },
})

declare module 'vitest' {
  interface Matchers<T> {
    toCostAtMost: (this: Matchers<T>, sorts: number) => Promise<void>
  }
}
