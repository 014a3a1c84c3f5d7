import {
  ArrowDown,
  ArrowUp,
  Ban,
  ChevronsUp,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleDot,
  GitCompareArrows,
  RotateCw,
  Trash2,
  X,
} from 'lucide-react'
import { useState, type ReactNode } from 'react'
import type { RunSummary, StoredStatus } from '@woolgather/protocol'
import { formatDuration, tellWebhook } from '../run/show-run.ts'
import { describeError } from '../store/describe-error.ts'
import { useEditor, useRun } from '../store/editor-context.ts'
import { takeUpRun } from '../session/running/follow-run.ts'
import { openRun } from './open-run.ts'

export interface RunItemProps {
  run: RunSummary
  /** Place in line, and the last one there is; absent where it does not wait. */
  place?: number
  last?: number
  /** Whether it is the first of two to be compared. */
  chosen: boolean
  /** Whether Tab stops at it. */
  stop: boolean
  /** Whether the server hears what is asked of it. */
  connected: boolean
  onChange: (act: () => void) => void
  onCompare: () => void
}

/** One run: a press opens it as it was. */
export function RunItem(props: RunItemProps) {
  const { run, stop } = props
  const editor = useEditor()
  const shown = useRun((state) => state.run?.id === run.run)
  const name = run.name || 'Untitled'
  return (
    <li className="run-item" data-run={run.run} data-status={run.status} data-shown={shown || undefined}>
      <button
        type="button"
        className="run-open"
        tabIndex={stop ? 0 : -1}
        aria-current={shown || undefined}
        title={`${name}: open run #${run.number} as it was`}
        onClick={() => void openRun(editor, run.run)}
      >
        <StatusIcon status={run.status} />
        <span className="run-name">{name}</span>
        <span className="run-facts">{factsOf(run)}</span>
        {run.webhook && (
          <span className="run-facts" data-webhook={run.webhook.state} title={run.webhook.error?.message}>
            {tellWebhook(run.webhook)}
          </span>
        )}
      </button>
      <span className="run-actions">
        <Actions {...props} name={name} />
      </span>
    </li>
  )
}

/** What can be done with a run besides opening it. */
function Actions(props: RunItemProps & { name: string }) {
  const { run, name, place, last = 0, chosen, stop, connected, onChange, onCompare } = props
  const editor = useEditor()
  const { client } = editor
  const going = run.status === 'running' || run.status === 'queued'
  const move = (to: number) => (): void =>
    onChange(() => client.changeQueue({ move: { run: run.run, place: to } }))
  const common = { stop, disabled: !connected }
  return (
    <>
      {place !== undefined && place > 1 && (
        <Action {...common} label={`Run ${name} next`} icon={<ChevronsUp />} onClick={move(0)} />
      )}
      {place !== undefined && place > 0 && (
        <Action {...common} label={`Move ${name} up`} icon={<ArrowUp />} onClick={move(place - 1)} />
      )}
      {place !== undefined && place < last && (
        <Action {...common} label={`Move ${name} down`} icon={<ArrowDown />} onClick={move(place + 1)} />
      )}
      {run.status === 'interrupted' && (
        <Action
          {...common}
          label={`Take up ${name} again`}
          icon={<RotateCw />}
          onClick={() => onChange(() => takeUpRun(editor, run.run))}
        />
      )}
      {going ? (
        <Action
          {...common}
          label={`Cancel ${name}`}
          icon={<X />}
          onClick={() => onChange(() => client.cancel(run.run))}
        />
      ) : (
        <Action
          {...common}
          label={chosen ? `Do not compare run #${run.number}` : `Compare run #${run.number}`}
          icon={<GitCompareArrows />}
          pressed={chosen}
          onClick={onCompare}
        />
      )}
      {!going && <Forget {...props} />}
    </>
  )
}

/** What is forgotten does not come back: it takes a second press. */
function Forget({ run, stop, connected, onChange }: RunItemProps) {
  const { client, workbench } = useEditor()
  const [armed, setArmed] = useState(false)
  const forget = (): void =>
    void client.ask('deleteRun', { id: run.run }).then(
      () => onChange(() => {}),
      (thrown: unknown) => workbench.getState().notify('error', ...describeError(thrown)),
    )
  return (
    <Action
      stop={stop}
      disabled={!connected}
      label={armed ? `Press again to forget run #${run.number} for good` : `Forget run #${run.number}`}
      icon={<Trash2 />}
      pressed={armed}
      onClick={armed ? forget : () => setArmed(true)}
      onLeave={() => setArmed(false)}
    />
  )
}

function Action({
  label,
  icon,
  pressed,
  stop,
  disabled,
  onClick,
  onLeave,
}: {
  label: string
  icon: ReactNode
  pressed?: boolean
  stop: boolean
  disabled: boolean
  onClick: () => void
  onLeave?: () => void
}) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      tabIndex={stop ? 0 : -1}
      disabled={disabled}
      onClick={onClick}
      onBlur={onLeave}
    >
      {icon}
    </button>
  )
}

const icons: Record<StoredStatus, typeof CircleCheck> = {
  queued: CircleDashed,
  running: CircleDot,
  completed: CircleCheck,
  partial: CircleAlert,
  failed: CircleAlert,
  cancelled: Ban,
  interrupted: CircleAlert,
}

const words: Record<StoredStatus, string> = {
  queued: 'waiting',
  running: 'running',
  completed: 'completed',
  partial: 'partly completed',
  failed: 'failed',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
}

function StatusIcon({ status }: { status: StoredStatus }) {
  const Icon = icons[status]
  return <Icon className="run-status" role="img" aria-label={words[status]} />
}

/** Number, when it was asked for, and how long it took. */
export function factsOf({ number, status, created, started, finished }: RunSummary): string {
  const took =
    started !== undefined && finished !== undefined ? ` · ${formatDuration(finished - started)}` : ''
  const outcome = status === 'completed' ? '' : ` · ${words[status]}`
  return `#${number} · ${timeOf(created)}${outcome}${took}`
}

function timeOf(time: number): string {
  const date = new Date(time)
  const clock = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  if (date.toDateString() === new Date().toDateString()) return clock
  return `${date.toLocaleDateString([], { day: 'numeric', month: 'short' })}, ${clock}`
}
