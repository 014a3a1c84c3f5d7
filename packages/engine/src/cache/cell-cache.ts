import type { Json } from '@woolgather/workflow'

/** The kept result of a cell. */
export type CachedOutputs = Readonly<Record<string, Json>>

/** What a cell was last run with, kept to say why it runs again. */
export interface CellInputs {
  version: number
  literals: Readonly<Record<string, Json>>
  /** Content ids of what came over links, by input. */
  links: Readonly<Record<string, string>>
  fingerprint: string
  /** Who reads its output, where that decides what it does; as JSON. */
  readers?: string
  /** What tells the code that computes from any other: ours, and the package the node came from. */
  code?: string
}

/** Results by key, and the inputs each cell was last run with. Whatever cannot be read is a miss, never an error. */
export interface CellCache {
  get(key: string): CachedOutputs | undefined
  set(key: string, outputs: CachedOutputs): void
  /** `cell` names workflow, node and coordinate. */
  lastInputs(cell: string): CellInputs | undefined
  rememberInputs(cell: string, inputs: CellInputs): void
  /** Takes note of what other processes kept meanwhile; called when a run begins. */
  refresh(): void
  /** Resolves when everything set so far would survive the process. */
  flush(): Promise<void>
  close(): Promise<void>
}
