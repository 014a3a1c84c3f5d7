// paths that workflows name
export { confinePath } from './paths/confine-path.ts'
export { largestInputFile } from './input-limit.ts'
export { firstFolder, placeToSave } from './model-files.ts'

// workflows in files
export { findWorkflow } from './find-workflow.ts'
export { readCarriedWorkflow, type Carried } from './read-carried-workflow.ts'

// models: those that are here
export { openModels, type ListedModel, type ModelList, type Models } from './found/open-models.ts'
export { openChosenFiles, type ChosenFiles } from './found/chosen-files.ts'
export type { SourceKind } from './found/model-source.ts'

// models: fetched, and known
export {
  readRepository,
  searchHub,
  type HubFile,
  type HubModel,
  type HubRepository,
} from './hub/search-hub.ts'
export {
  deleteDownload,
  downloadFolder,
  downloadModel,
  FileExists,
  findDownload,
  findFolder,
  hashFile,
  openDownloadHosts,
  parseModelUri,
  parseRepository,
  unaskedHosts,
  type DownloadHosts,
  type FoundFolder,
} from './download/index.ts'
export { openHashMemory, type HashMemory } from './hash-memory.ts'
export { createModelLedger, standIns, type MissingModel, type ModelLedger } from './model-ledger.ts'
