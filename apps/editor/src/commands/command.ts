import type { ReactFlowInstance } from '@xyflow/react'
import type { Editor } from '../store/editor.ts'
import { showKeys } from '../store/show-keys.ts'

export type Flow = Pick<
  ReactFlowInstance,
  'getViewport' | 'zoomIn' | 'zoomOut' | 'setViewport' | 'setCenter' | 'screenToFlowPosition'
>

/** What a menu was opened on. */
export type MenuTarget = 'nodes' | 'link' | 'canvas'

/** Something one can do. One list feeds the keyboard, the menus, the list of commands and the page that `?` shows. */
export interface Command {
  title: string
  /** What a menu says, where that it concerns the selection goes without saying. */
  short?: string
  group: 'Run' | 'Graph' | 'Arrange' | 'Edit' | 'View' | 'Workflow'
  /** As `event.key`; `Mod` is Ctrl, or ⌘ on a Mac. The first is the one that is shown. */
  keys: readonly string[]
  /** Also while typing in a field. */
  always?: boolean
  /** Also in the app view, where no graph is. */
  inApp?: boolean
  /** The menus it stands in. */
  menus?: readonly MenuTarget[]
  /** Commands of one section stand together in a menu. */
  section?: 'run' | 'one' | 'nodes' | 'state' | 'subgraph' | 'arrange' | 'remove'
  /** A name of a colour that is drawn as a patch in menus. */
  swatch?: string
  /** Why it would do nothing now, and what to do first; undefined where it does. */
  disabledReason?: (editor: Editor) => string | undefined
  run: (editor: Editor, flow: Flow) => void
}

/** Whether it would do anything now. */
export const isEnabled = (editor: Editor, { disabledReason }: Command): boolean =>
  disabledReason?.(editor) === undefined

/** The shortcut of a command as people read it on their keyboard; empty where it has none. */
export const keysOf = ({ keys: [first] }: Command): string => (first === undefined ? '' : showKeys(first))

/** What a button says that does the same as a command, with its shortcut: `Save (Ctrl+S)`. */
export const withKeys = (text: string, command: Command): string => `${text} (${keysOf(command)})`
