import { writeFileSync } from 'node:fs'
import { codeIdentity } from './code-identity.ts'

/** The last step of the build: what `identityOfThisCode` reads beside the bundle. */
writeFileSync(new URL('../bundle/code-identity.txt', import.meta.url), codeIdentity())
