import { toggleRunOnChange } from '../session/running/run-on-change.ts'
import { runSelected, runToSelected, whyNotRun } from '../session/running/run-selected.ts'
import { cancelAllRuns, cancelRun, runWorkflow } from '../session/running/run-workflow.ts'
import { isRunning } from '../store/run-store.ts'
import type { Command } from './command.ts'

// Those with a name are what buttons do as well: their tooltips tell the shortcut.

export const run: Command = {
  group: 'Run',
  title: 'Run the workflow; behind what runs already',
  inApp: true,
  keys: ['Mod+Enter'],
  always: true,
  run: (editor) => void runWorkflow(editor),
}

export const cancel: Command = {
  group: 'Run',
  title: 'Cancel the run',
  inApp: true,
  keys: [],
  disabledReason: (editor) => (isRunning(editor.front.run.getState()) ? undefined : 'Nothing runs'),
  run: cancelRun,
}

export const runCommands: readonly Command[] = [
  run,
  {
    group: 'Run',
    title: 'Run to here: what is selected, and what it needs',
    short: 'Run to here',
    keys: ['Mod+Shift+Enter'],
    always: true,
    menus: ['nodes'],
    section: 'run',
    disabledReason: whyNotRun,
    run: runToSelected,
  },
  {
    group: 'Run',
    title: 'Run this node: compute what is selected anew',
    short: 'Run this node',
    keys: ['Alt+Enter'],
    always: true,
    menus: ['nodes'],
    section: 'run',
    disabledReason: whyNotRun,
    run: runSelected,
  },
  {
    group: 'Run',
    title: 'Run several times…',
    inApp: true,
    keys: ['Shift+r'],
    run: (editor) => editor.workbench.setState({ runMenu: true }),
  },
  {
    group: 'Run',
    title: 'Run on change, or when it is told to',
    inApp: true,
    keys: [],
    run: toggleRunOnChange,
  },
  cancel,
  {
    group: 'Run',
    title: 'Cancel the run and all that wait behind it',
    inApp: true,
    keys: [],
    disabledReason: (editor) =>
      editor.front.run.getState().waiting.length > 0 ? undefined : 'Nothing waits behind a run',
    run: cancelAllRuns,
  },
]
