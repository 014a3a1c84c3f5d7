import { artifactsVariable } from './artifacts/s3.ts'
import { secretNatsVariables } from './nats/credentials.ts'

/** What clients of AWS read, and the like, once they were asked for something. */
const secretAwsVariables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']

/** Takes out of an environment what let in to a fabric, once that is open: what runs the code of others is not to know it. */
export function forgetSecrets(env: NodeJS.ProcessEnv): void {
  const ofAws = env[artifactsVariable] ? secretAwsVariables : []
  for (const variable of [...secretNatsVariables, ...ofAws]) delete env[variable]
}
