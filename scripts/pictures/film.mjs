/**
 * Films an element of a page as one animated WebP, by its container format: the frames are images the browser encoded
 * (https://developers.google.com/speed/webp/docs/riff_container).
 */
import { toWebp } from './webp.mjs'

/** A grid of 24 stories as it fills. */
export async function filmGrid(page, url) {
  await page.goto(`${url}?workflow=lora-strength`)
  const open = page.locator('[data-node-id="story"] .open-results')
  await page.locator('[data-node-id="seeds"]').first().waitFor()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await open.click()
  return film(page, page.locator('.run-summary[data-status=completed]').waitFor({ timeout: 300_000 }))
}

/** Pictures of a page until `ended` resolves; the last is shown for three seconds. */
async function film(page, ended) {
  const frames = []
  let over = false
  void ended.then(() => (over = true))
  for (let last = false; !last;) {
    last = over
    const taken = Date.now()
    const png = await page.screenshot()
    frames.push({ png, duration: last ? 3000 : 250 })
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 250 - (Date.now() - taken))))
  }
  const images = []
  for (const { png, duration } of frames) {
    images.push({ image: await toWebp(page, png, { width: 1100, quality: 0.6 }), duration })
  }
  return animated(images)
}

function animated(images) {
  const { width, height } = sizeOf(images[0].image)
  const canvas = Buffer.concat([Buffer.from([0b10, 0, 0, 0]), uint24(width - 1), uint24(height - 1)])
  const frames = images.map(({ image, duration }) =>
    chunk(
      'ANMF',
      Buffer.concat([
        uint24(0),
        uint24(0),
        uint24(width - 1),
        uint24(height - 1),
        uint24(duration),
        Buffer.from([0b10]),
        pictureOf(image),
      ]),
    ),
  )
  const parts = [chunk('VP8X', canvas), chunk('ANIM', Buffer.from([255, 255, 255, 255, 0, 0])), ...frames]
  return chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...parts]))
}

/** The chunk with the picture itself: what comes behind the container's header, or behind VP8X and what goes with it. */
function pictureOf(image) {
  let at = 12
  for (;;) {
    const length = image.readUInt32LE(at + 4)
    const end = at + 8 + length + (length % 2)
    if (image.toString('latin1', at, at + 4) === 'VP8 ') return image.subarray(at, end)
    at = end
  }
}

/** Of a lossy picture, from its key frame's header. */
function sizeOf(image) {
  const picture = pictureOf(image)
  return { width: picture.readUInt16LE(14) & 0x3fff, height: picture.readUInt16LE(16) & 0x3fff }
}

function chunk(name, content) {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(content.length)
  const padding = Buffer.alloc(content.length % 2)
  return Buffer.concat([Buffer.from(name), length, content, padding])
}

function uint24(value) {
  return Buffer.from([value & 255, (value >> 8) & 255, (value >> 16) & 255])
}
