import react from '@vitejs/plugin-react'
import { defaultClientConditions, defineConfig } from 'vite'
import { thirdPartyNotices } from './third-party-notices.ts'

/** Where the development server finds a running Woolgather server. */
const server = process.env['WOOLGATHER_SERVER'] ?? 'http://127.0.0.1:7860'

const notices = thirdPartyNotices('third-party-notices.txt')

export default defineConfig({
  // Found beside the page, also where a proxy puts a path before it.
  base: './',
  plugins: [react(), notices.ofPage],
  worker: { plugins: () => [notices.ofWorker] },
  resolve: { conditions: ['@woolgather/source', ...defaultClientConditions] },
  server: {
    host: '127.0.0.1',
    // The server trusts its own origin only, and here the page comes from another.
    proxy: { '/api': { target: server, ws: true, changeOrigin: true, headers: { origin: server } } },
  },
  build: {
    // One style sheet: a part fetched when it is needed brings none that could fail on the way.
    cssCodeSplit: false,
    target: 'es2022',
    chunkSizeWarningLimit: 1000,
  },
})
