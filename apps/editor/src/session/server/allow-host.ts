import type { Issue } from '@woolgather/workflow'
import { describeError } from '../../store/describe-error.ts'
import type { Editor } from '../../store/editor.ts'

/** Asks the person whether to download from hosts for the first time, where that is what is wrong. @returns whether it is */
export function askForHosts(
  editor: Editor,
  issues: readonly Pick<Issue, 'host'>[],
  goOn: () => void,
): boolean {
  const hosts = [...new Set(issues.flatMap(({ host }) => host ?? []))]
  if (hosts.length === 0) return false
  editor.workbench.setState({ dialog: { kind: 'allow-hosts', hosts, goOn } })
  return true
}

export async function allowHosts(editor: Editor, hosts: readonly string[]): Promise<boolean> {
  try {
    // One after the other: all are kept in one file.
    for (const host of hosts) await editor.client.ask('allowHost', { host })
    return true
  } catch (error) {
    editor.workbench.getState().notify('error', ...describeError(error))
    return false
  }
}
