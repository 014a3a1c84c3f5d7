import type { Issue, NodeDescription, Warning, Workflow } from '@woolgather/workflow'

/** Compiles the grammars, regular expressions and schemas that are typed into a workflow, and keeps what came of it. */
export interface SourceChecker {
  /** Compiles what was not compiled yet. */
  check(workflow: Workflow, types: ReadonlyMap<string, NodeDescription>): Promise<void>
  /** What is wrong with them, as far as they were compiled. */
  issues(workflow: Workflow, types: ReadonlyMap<string, NodeDescription>): Issue[]
  /** What they say that is ignored. */
  warnings(workflow: Workflow, types: ReadonlyMap<string, NodeDescription>): Warning[]
}
