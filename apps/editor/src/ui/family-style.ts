import {
  Blocks,
  Box,
  CloudFog,
  Combine,
  Compass,
  Eye,
  Grid3x3,
  Layers,
  Package,
  Repeat,
  Sparkles,
  Type,
  type LucideIcon,
} from 'lucide-react'

interface FamilyStyle {
  icon: LucideIcon
  /** Hue in degrees; lightness and chroma come from the theme. */
  hue: number
}

const known: Record<string, FamilyStyle> = {
  loading: { icon: Box, hue: 295 },
  lora: { icon: Layers, hue: 320 },
  merging: { icon: Combine, hue: 350 },
  steering: { icon: Compass, hue: 40 },
  generation: { icon: Sparkles, hue: 165 },
  diffusion: { icon: CloudFog, hue: 140 },
  loopback: { icon: Repeat, hue: 200 },
  matrix: { icon: Grid3x3, hue: 250 },
  text: { icon: Type, hue: 85 },
  output: { icon: Eye, hue: 225 },
  subgraph: { icon: Package, hue: 270 },
}

/** Icon and colour of a family; one that is new gets a colour of its own without a line of code. */
export function familyStyle(family: string): FamilyStyle {
  return known[family] ?? { icon: Blocks, hue: hashHue(family) }
}

function hashHue(text: string): number {
  let hash = 0
  for (const letter of text) hash = (hash * 31 + letter.charCodeAt(0)) % 360
  return hash
}

export function familyTitle(family: string): string {
  return family === 'lora' ? 'LoRA' : family.charAt(0).toUpperCase() + family.slice(1)
}
