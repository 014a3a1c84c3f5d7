import { createRegistry } from '@woolgather/engine'
import { writeFileSync } from 'node:fs'
import { definitions } from './definitions.ts'

/** A step of the build, after `tsc`: what `describeLibrary` reads. */
const { descriptions } = createRegistry(definitions)
writeFileSync(new URL('./descriptions.json', import.meta.url), JSON.stringify([...descriptions.values()]))
