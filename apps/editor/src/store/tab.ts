import { createDocumentStore, type Content, type DocumentStore } from './document-store.ts'
import { createProblemStore, type ProblemStore } from './problem-store.ts'
import { createRunStore, type RunStore } from './run-store.ts'
import { createViewStore, type ViewStore } from './view-store.ts'

/** An open workflow, in front or behind: what it is, its last run, how it is looked at, what is wrong with it. */
export interface Tab {
  readonly id: string
  readonly document: DocumentStore
  readonly run: RunStore
  readonly view: ViewStore
  readonly problems: ProblemStore
}

/** A tab as it opens: nothing done in it yet. */
export function createTab(id: string, content?: Content): Tab {
  return {
    id,
    document: createDocumentStore(content),
    run: createRunStore(),
    view: createViewStore(),
    problems: createProblemStore(),
  }
}
