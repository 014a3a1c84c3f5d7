import { library } from './library.ts'
import type { WoolgatherNode } from './services/services.ts'

/** Every node type of the library, loaded: for whoever describes or tries them all. */
export const definitions: readonly WoolgatherNode[] = await Promise.all(
  Object.values(library).map((load) => load()),
)
