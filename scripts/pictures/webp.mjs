/** A PNG as WebP of another width, drawn and encoded by the browser. Returns its bytes. */
export async function toWebp(page, png, { width, quality }) {
  const url = await page.evaluate(
    async ({ source, width, quality }) => {
      const image = new Image()
      image.src = `data:image/png;base64,${source}`
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = width
      canvas.height = Math.round((image.height * width) / image.width)
      const context = canvas.getContext('2d')
      context.imageSmoothingQuality = 'high'
      context.drawImage(image, 0, 0, canvas.width, canvas.height)
      return canvas.toDataURL('image/webp', quality)
    },
    { source: png.toString('base64'), width, quality },
  )
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
}
