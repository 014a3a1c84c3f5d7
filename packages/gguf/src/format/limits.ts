/**
 * Bounds on a header. Each is several times what the largest known file needs, and low enough that a broken or
 * hostile file can neither make the reader run for long nor fill the memory. Counts are held against the size of
 * the file as well.
 */
export const headerLimits = {
  /** Vocabularies of 262,144 tokens with merges and scores come to some 20 MiB. */
  headerBytes: 536_870_912,
  /** Models have some 30 entries; tools add a few dozen. So many are read in a second; what loads them may take fewer. */
  entries: 262_144,
  /** Models have some hundreds; with a tensor for each expert, tens of thousands. */
  tensors: 262_144,
  /** The format's own limit for keys; names of tensors are far shorter. */
  keyBytes: 65_535,
  /** Chat templates are some 10 KiB, licences 50 KiB; a workflow with its history can be a few hundred. */
  textBytes: 4_194_304,
  /** Vocabularies reach 262,144 tokens, merges twice that. */
  texts: 8_000_000,
  /** Per-layer figures are what a header's reader needs of arrays; llama.cpp knows at most 512 layers. */
  keptNumbers: 1024,
  /** `GGML_MAX_DIMS`. */
  dimensions: 4,
  /** The usual is 32; more than a disk's or page's block helps nobody. */
  alignment: 1_048_576,
  /** Part numbers in file names have five digits. */
  parts: 99_999,
} as const

/** `GGML_MAX_NAME` less its terminating zero: llama.cpp refuses tensors with longer names. */
export const maxTensorNameBytes = 63
