import { isDirty } from '../../store/document-store.ts'
import type { Editor } from '../../store/editor.ts'
import { copyText } from '../editing/copy-text.ts'
import { presentOf } from '../editing/edit-graph.ts'
import { formatWorkflow, saveWorkflow, withModels } from './save-workflow.ts'
import { mostLinkCharacters, packWorkflow } from './workflow-link.ts'

type View = 'graph' | 'app'

export interface Link {
  id: string
  view: View
}

/** The address that opens a workflow of this server, as its graph or straight as an app. */
export function linkTo(origin: string, id: string, view: View): string {
  const query = new URLSearchParams({ workflow: id, ...(view === 'app' && { view }) })
  return `${origin}/?${query}`
}

/** What an address asks to be opened. */
export function readLink(search: string): Link | undefined {
  const query = new URLSearchParams(search)
  const id = query.get('workflow')
  if (id === null || id === '') return undefined
  return { id, view: query.get('view') === 'app' ? 'app' : 'graph' }
}

/** What the address of the page names, which is taken out of it: reloading must not open it again. */
export function takeLink(): Link | undefined {
  const link = readLink(location.search)
  if (link) history.replaceState(null, '', location.pathname)
  return link
}

/** Where the server is for this page, also below a path: without a slash at its end. */
export function pageFolder(): string {
  return location.origin + location.pathname.replace(/\/[^/]*$/, '')
}

/** A link leads to what is saved: what is not saved yet is saved first. */
export async function copyLink(editor: Editor, view: View): Promise<void> {
  const tab = editor.front
  const { getState } = tab.document
  if (getState().origin.id === undefined || isDirty(getState())) await saveWorkflow(editor, tab)
  const { id } = getState().origin
  if (id === undefined || isDirty(getState())) return
  const told = isOnThisComputer(location.hostname)
    ? 'The link is copied. It opens what is saved here, on this computer'
    : 'The link is copied. It opens what is saved on this server'
  await copyText(editor, linkTo(pageFolder(), id, view), told)
}

export async function copyJson(editor: Editor): Promise<void> {
  const workflow = await withModels(editor, presentOf(editor))
  await copyText(editor, formatWorkflow(workflow), 'The workflow is copied as JSON')
}

/** A link that holds the whole workflow: whoever has Woolgather at the same address opens it there, others paste it. */
export async function copyWholeLink(editor: Editor): Promise<void> {
  const link = pageFolder() + '/' + (await packWorkflow(await withModels(editor, presentOf(editor))))
  if (link.length <= mostLinkCharacters)
    return void (await copyText(
      editor,
      link,
      'The link is copied. It holds the whole workflow: whoever runs Woolgather opens it, or pastes it into the editor',
    ))
  editor.workbench
    .getState()
    .notify(
      'error',
      `This workflow is too large for a link: it would have ${link.length} characters, of ${mostLinkCharacters} that programs pass on`,
      'Send it as a file.',
    )
}

/** Whether the page is one that only this computer opens: a link to it means another server elsewhere. */
export function isOnThisComputer(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}
