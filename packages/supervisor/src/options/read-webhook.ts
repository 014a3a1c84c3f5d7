import { WoolgatherError } from '@woolgather/workflow'

/** An address that is told of ended runs, by the name that a run has for it. */
export interface Webhook {
  name: string
  url: URL
}

/** `crm=https://…`; the address may hold what nobody else should know, so messages leave it out. @throws WoolgatherError invalid-input */
export function readWebhook(text: string, flag: string): Webhook {
  const [, name = '', address = ''] = /^([\w.-]{1,100})=(\S+)$/.exec(text.trim()) ?? []
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new WoolgatherError('invalid-input', `${flag} must be a name, = and an http or https address.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new WoolgatherError(
      'invalid-input',
      `${flag} ${name}: its address holds a user name or password.`,
      {
        hint: 'Let the receiver check the signature instead: --webhook-secret.',
      },
    )
  }
  return { name, url }
}

const secretBytes = { least: 24, most: 64 }

/** The key in a secret as the Standard Webhooks have it. @throws WoolgatherError invalid-input */
export function readWebhookSecret(text: string, flag: string): Buffer {
  const written = text.trim().replace(/^whsec_/, '')
  const key = Buffer.from(written, 'base64')
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(written)
  if (isBase64 && key.length >= secretBytes.least && key.length <= secretBytes.most) return key
  throw new WoolgatherError(
    'invalid-input',
    `${flag} must be whsec_ and ${secretBytes.least} to ${secretBytes.most} bytes as base64.`,
    { hint: 'Make one with: echo whsec_$(openssl rand -base64 32)' },
  )
}
