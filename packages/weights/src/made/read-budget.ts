/** Enough for a few merges of models that people run at home. */
const usualGigabytes = 50

/**
 * How many bytes the files of merges and LoRAs that were made may take together: `WOOLGATHER_MADE_GB` gigabytes.
 * @throws Error where that is no size
 */
export function readBudget(env: NodeJS.ProcessEnv = process.env): number {
  const given = env['WOOLGATHER_MADE_GB']
  const gigabytes = given === undefined || given === '' ? usualGigabytes : Number(given)
  if (gigabytes >= 0) return gigabytes * 1e9
  throw new Error(`WOOLGATHER_MADE_GB is “${given}”; it must be a number of gigabytes, such as 50.`)
}
