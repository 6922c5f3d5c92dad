// Journeys in a real browser over the built site (npx astro build first; `npm test -- site journeys` does both).
import { defineConfig } from '@playwright/test'
import { CHROMIUM } from './test/e2e/browser.ts'

const PORT = 4323

export default defineConfig({
  testDir: './test/e2e',
  testMatch: '*.spec.ts',
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    baseURL: `http://localhost:${PORT}`,
    launchOptions: CHROMIUM,
    viewport: { width: 1440, height: 900 },
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'retain-on-failure',
  },
  webServer: { command: `node test/e2e/serve.ts ${PORT}`, url: `http://localhost:${PORT}/`, reuseExistingServer: false },
})
