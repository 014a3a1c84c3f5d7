/** Parameters of a property: seeded, few runs by default, many when WOOLGATHER_TEST_FULL is set. */
export function runs(usual: number): { seed: number; numRuns: number } {
  return { seed: 20240607, numRuns: process.env.WOOLGATHER_TEST_FULL === undefined ? usual : usual * 20 }
}
