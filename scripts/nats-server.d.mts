export const noNatsServer: string
export function findNatsServer(): string | undefined
