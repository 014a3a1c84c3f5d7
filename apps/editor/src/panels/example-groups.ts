import type { WorkflowSummary } from '@woolgather/protocol'

/** The examples by what they are about, in the order in which they are listed. */
export function groupExamples(
  workflows: readonly WorkflowSummary[],
): [group: string, examples: WorkflowSummary[]][] {
  const groups = new Map<string, WorkflowSummary[]>()
  for (const workflow of workflows) {
    if (!workflow.example) continue
    const group = workflow.about?.group ?? 'Others'
    groups.set(group, [...(groups.get(group) ?? []), workflow])
  }
  return [...groups]
}
