import type { Issue } from '@woolgather/workflow'
import { describeError } from '../../store/describe-error.ts'
import type { Editor } from '../../store/editor.ts'

/** Asks the person whether to download from a host for the first time, where that is what is wrong. @returns whether it is */
export function askForHost(
  editor: Editor,
  issues: readonly Pick<Issue, 'host'>[],
  goOn: () => void,
): boolean {
  const host = issues.find((issue) => issue.host !== undefined)?.host
  if (host === undefined) return false
  editor.workbench.setState({ dialog: { kind: 'allow-host', host, goOn } })
  return true
}

export async function allowHost(editor: Editor, host: string): Promise<boolean> {
  try {
    await editor.client.ask('allowHost', { host })
    return true
  } catch (error) {
    editor.workbench.getState().notify('error', ...describeError(error))
    return false
  }
}
