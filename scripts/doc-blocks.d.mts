export const blocks: Record<string, Record<string, () => string>>
export function fillBlocks(page: string, text: string): Promise<string>
