import type { GivenOptions } from '@woolgather/supervisor'

/** What the commands take that run workflows, in a worker of their own or on a server. */
export interface RunOptions extends Pick<
  GivenOptions,
  'models' | 'output' | 'data' | 'nodes' | 'cpu' | 'workerMemory'
> {
  set?: string[]
  target?: string[]
  out?: string
  json?: boolean
  server?: string
  /** Hosts that may be downloaded from, from now on. */
  allowHost?: string[]
  /** Of the server: told of the end of each run. */
  webhook?: string
  quiet?: boolean
  verbose?: boolean
}
