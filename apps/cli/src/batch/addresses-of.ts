import { planWorkflow, writtenAddresses, type Json, type WrittenAddress } from '@woolgather/workflow'
import { bindRow } from './bind-columns.ts'
import { dueRows } from './due-rows.ts'
import type { PreparedBatch } from './prepare-batch.ts'

/** Only such an address needs a person: names of the hub do not. */
const mayBeAddress = /https?:\/\/[^\s"]+\.gguf/i

/** Addresses that the workflow names and those of rows that are due, so that a person is asked before the first row. */
export async function addressesOf(
  prepared: PreparedBatch,
  targets: string[] | undefined,
): Promise<WrittenAddress[]> {
  const { workflow, descriptions, bound, table, plan } = prepared
  const found = writtenAddresses(plan)
  const seen = new Set<string>()
  for await (const row of dueRows(table(), prepared)) {
    const named = bound.map(({ column }) => addressIn(row.values[column]))
    const key = named.join('\n')
    if (seen.has(key) || named.every((name) => name === '')) continue
    seen.add(key)
    const planned = planWorkflow(bindRow(workflow, bound, row).workflow, descriptions, { targets })
    if (planned.plan) found.push(...writtenAddresses(planned.plan))
  }
  return found
}

function addressIn(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
  return mayBeAddress.test(text) ? text : ''
}
