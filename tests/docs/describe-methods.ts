import { methods, tellSettings } from '@woolgather/merge'

/** Every method of merging with all that can be set of it. */
export function describeMethods(): string {
  return Object.entries(methods)
    .flatMap(([name, method]) => [
      `- **\`${name}\`**: ${method.description}`,
      ...tellSettings(method).map((line) => `  - ${line.replace(/^\w+/, '`$&`')}`),
    ])
    .join('\n')
}
