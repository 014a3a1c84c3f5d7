/** Work in steps of some milliseconds at most: whoever does it may let others work in between. */
export type Steps<Result> = Generator<undefined, Result>

/** Does all steps at once. */
export function allAtOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
