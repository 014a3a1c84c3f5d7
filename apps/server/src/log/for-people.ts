/** What a line of the log may say besides its message, as this server writes it. */
interface Entry {
  msg?: string
  hint?: string
  folder?: string
  file?: string
  run?: string
  message?: string
  err?: { message?: string }
  status?: { state?: string; error?: { message?: string; hint?: string } }
}

/** A JSON line of the log as a sentence: what happened, to what, why, and what to do. */
export function forPeople(line: string): string {
  const { msg, hint, folder, file, run, message, err, status } = JSON.parse(line) as Entry
  const what = [
    msg,
    folder ?? file ?? (run === undefined ? undefined : `run ${run}`),
    status?.error ? undefined : status?.state,
  ]
  const why = status?.error?.message ?? err?.message ?? message
  const todo = status?.error?.hint ?? hint
  const told = [what.filter(Boolean).join(' '), why].filter(Boolean).join(': ')
  return `woolgather: ${plain(todo === undefined ? told : `${told} (${todo})`)}\n`
}

/** On one line, and without what a terminal would obey. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}
