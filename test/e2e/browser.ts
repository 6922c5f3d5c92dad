// Which browser the journeys run in: the system's Chromium where there is one, else Playwright's own.
import { existsSync } from 'node:fs'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable']

export const CHROMIUM: { readonly executablePath?: string; readonly args: string[] } = (() => {
  const executablePath = process.env.CHROMIUM ?? PLACES.find(path => existsSync(path))
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
  return executablePath === undefined ? { args } : { executablePath, args }
})()
