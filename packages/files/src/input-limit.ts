/** Bytes of a file that a workflow can name as an input: what is larger is neither taken by a server nor read by a node. */
export const largestInputFile = 268_435_456
