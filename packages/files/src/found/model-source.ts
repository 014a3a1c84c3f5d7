/** Whose a place is: folders of ours, the stores and caches of others, files that a person chose where they lie. */
export type SourceKind = 'folder' | 'chosen' | 'ollama' | 'huggingface' | 'llama.cpp' | 'lmstudio'

/** A file that a workflow can name. */
export interface FoundFile {
  /** As a workflow names it. */
  ref: string
  /** Absolute; where it is reached by a link, of the link. */
  path: string
  /** Of the whole file, where its place tells without reading it. */
  sha256?: string
  /** First line of the licence that comes with it. */
  license?: string
  /** The chat template that comes with it, as text in Ollama's notation. */
  goTemplate?: string
}

/** A file that is there and cannot be used: why, and what to do. */
export interface BrokenFile {
  file: string
  message: string
  hint?: string
}

export interface Listing {
  files: FoundFile[]
  broken: BrokenFile[]
}

/** One place where models lie. It is only read; what is not there is empty. */
export interface ModelSource {
  readonly kind: SourceKind
  /** Absolute. */
  readonly folder: string
  /** Names only: no model file is opened. */
  list(): Promise<Listing>
  /**
   * The file of that name; undefined where it has none.
   * @throws WoolgatherError file-outside-folders, model-not-found where it is there and broken
   */
  find(name: string): Promise<FoundFile | undefined>
}
