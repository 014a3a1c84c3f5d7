export {
  aloneArchitectures,
  labelsWithMemory,
  unevenArchitectures,
  wholeStateArchitectures,
  writersBefore,
} from './architectures.ts'
export { availableMemory } from './available-memory.ts'
export { chooseResources } from './choose-resources.ts'
export { estimateMemory, keepsStates } from './estimate-memory.ts'
export { MemoryClaims } from './memory-claims.ts'
export type { Claim } from './memory-claims.ts'
export { inspectModel } from './inspect-model.ts'
export type { InspectedModel } from './inspect-model.ts'
export { checkEntries } from './check-entries.ts'
