/** Seconds that count as just now. */
const window = 60

/** Counts what ended, in all and in the last minute, by the second: its size does not grow. */
export function countEnded(): { add(): void; counts(): { lastMinute: number; ended: number } } {
  const bySecond = new Map<number, number>()
  let all = 0
  const now = (): number => Math.floor(Date.now() / 1_000)
  const forgetOld = (): void => {
    for (const second of bySecond.keys()) if (second <= now() - window) bySecond.delete(second)
  }
  return {
    add() {
      all++
      bySecond.set(now(), (bySecond.get(now()) ?? 0) + 1)
      forgetOld()
    },
    counts() {
      forgetOld()
      return { lastMinute: [...bySecond.values()].reduce((sum, count) => sum + count, 0), ended: all }
    },
  }
}
