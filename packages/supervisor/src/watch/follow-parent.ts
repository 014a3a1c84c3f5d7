/** Names the process that started this one, for `watchProcess`. */
export const parentVariable = 'WOOLGATHER_PARENT'

/** Tells the server that the workflow it opens comes on its standard input, as JSON. */
export const openedVariable = 'WOOLGATHER_OPENED'

/** Whose child this process is; undefined where it stands for itself. Children of this one are not told. */
export function takeParent(env: NodeJS.ProcessEnv = process.env): number | undefined {
  const parent = Number(env[parentVariable])
  delete env[parentVariable]
  return Number.isInteger(parent) && parent > 0 ? parent : undefined
}
