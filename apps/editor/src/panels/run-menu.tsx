import { ChevronDown } from 'lucide-react'
import { useRef, useState, type FormEvent } from 'react'
import { toggleRunOnChange } from '../session/running/run-on-change.ts'
import { cancelAllRuns, mostTimes, runWorkflow } from '../session/running/run-workflow.ts'
import { useEditor, useRun, useWorkbench } from '../store/editor-context.ts'
import { Popover } from '../ui/popover.tsx'

/** Other ways to run than once and now: several times, after each change. */
export function RunMenu() {
  const editor = useEditor()
  const open = useWorkbench((state) => state.runMenu)
  const anchor = useRef<HTMLButtonElement>(null)
  const close = (): void => editor.workbench.setState({ runMenu: false })
  return (
    <div className="menu-anchor">
      <button
        ref={anchor}
        type="button"
        className="button run-ways"
        aria-label="Ways to run"
        title="Several times, on change"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => editor.workbench.setState({ runMenu: !open })}
      >
        <ChevronDown />
      </button>
      {open && (
        <Popover anchor={anchor} onClose={close} label="Ways to run" className="run-menu">
          <Ways onDone={close} />
        </Popover>
      )}
    </div>
  )
}

function Ways({ onDone }: { onDone: () => void }) {
  const editor = useEditor()
  const onChange = useRun((state) => state.onChange)
  const waiting = useRun((state) => state.waiting.length)
  const [typed, setTyped] = useState('4')
  const times = /^\s*\d+\s*$/.test(typed) ? Number(typed) : 0
  const possible = times >= 1 && times <= mostTimes
  const run = (event: FormEvent): void => {
    event.preventDefault()
    if (!possible) return
    onDone()
    void runWorkflow(editor, {}, { times })
  }
  return (
    <>
      <form className="run-times" onSubmit={run}>
        <label htmlFor="run-times">Times</label>
        <input
          id="run-times"
          className="control number"
          inputMode="numeric"
          autoComplete="off"
          autoFocus
          value={typed}
          aria-invalid={!possible || undefined}
          aria-describedby="run-times-hint"
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="button primary" disabled={!possible}>
          {possible ? `Run × ${times}` : 'Run'}
        </button>
      </form>
      <p id="run-times-hint" className="run-hint">
        {possible
          ? 'Seeds move on in between as their fields say; one that is kept gives the same again.'
          : `A number from 1 to ${mostTimes}.`}
      </p>
      <label className="run-on-change">
        <input type="checkbox" checked={onChange} onChange={() => toggleRunOnChange(editor)} />
        Run on change
      </label>
      {waiting > 0 && (
        <button
          type="button"
          className="button run-clear"
          onClick={() => {
            onDone()
            cancelAllRuns(editor)
          }}
        >
          Cancel all {waiting + 1} runs
        </button>
      )}
    </>
  )
}
