/** The quantisation that a file is named after, as everybody names them: `…-Q4_K_M.gguf`; empty where none is in it. */
export function quantizationOf(file: string): string {
  const stem = file.replace(/(-\d{5}-of-\d{5})?\.gguf$/i, '')
  const found =
    /(?:^|[-._/])((?:UD-)?(?:I?Q\d(?:_[A-Z0-9]+)*|TQ\d_\d|MXFP4(?:_MOE)?|BF16|F?P?16|F?P?32))(?=$|[-._/])/gi
  return [...stem.matchAll(found)].at(-1)?.[1]?.toUpperCase() ?? ''
}
