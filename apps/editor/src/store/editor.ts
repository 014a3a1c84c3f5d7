import type { Client } from '@woolgather/protocol'
import type { ArtifactStore } from './artifact-store.ts'
import type { ServerStore } from './server-store.ts'
import type { SourceChecker } from './source-checker.ts'
import type { TabStore } from './tab-store.ts'
import type { Tab } from './tab.ts'
import type { WorkbenchStore } from './workbench-store.ts'

/** Everything an open editor holds: the workflows that are open, each with its own stores, and what they share. */
export interface Editor {
  client: Client
  tabs: TabStore
  /** The tab in front at this moment. What outlasts a moment keeps the tab it began with. */
  readonly front: Tab
  server: ServerStore
  workbench: WorkbenchStore
  /** Outputs too long to travel in an event. */
  artifacts: ArtifactStore
  sources: SourceChecker
}
