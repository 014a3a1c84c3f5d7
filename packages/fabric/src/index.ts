// what servers and workers have in common
export { openFabric, readFabricAddress } from './open-fabric.ts'
export type { Fabric, FabricOptions, Lease, Work } from './interface/fabric.ts'
export { forgetSecrets } from './forget-secrets.ts'

// what they say to each other
export {
  aloneLine,
  isAloneLine,
  usualLine,
  catalogueSchema,
  cellNewsSchema,
  cellResources,
  cellResultSchema,
  cellSignalSchema,
  chunkSchema,
  mostCells,
  mostFiles,
  presenceSchema,
  queueNeedsSchema,
  topics,
  workNewsSchema,
  type Catalogue,
  type CellNews,
  type CellResult,
  type CellSignal,
  type CellTask,
  type Chunk,
  type EndedCell,
  type Presence,
  type QueueNeeds,
  type WorkNews,
} from './cells/messages.ts'
export { claimMaking, fetchMade, findMade, isClaim, keepMade, type MadeFile } from './files/made-files.ts'
export { asJson, hashOf } from './cells/hash.ts'
