import type { Issue } from '@woolgather/workflow'

/** What is wrong with what an input holds, and where in it. */
export type Problem = Pick<Issue, 'message' | 'where'>
