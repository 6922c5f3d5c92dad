// Where is a Chromium for the browser journeys? The one named by CHROMIUM, the system's, or Playwright's own.
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/snap/bin/chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

export function chromiumPath(): string | undefined {
  const named = process.env.CHROMIUM
  return [...(named === undefined ? [] : [named]), ...SYSTEM, ...playwrights()].find(isExecutable)
}

/** Browsers that `npx playwright install chromium` has fetched. */
function playwrights(): string[] {
  const cache = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), '.cache', 'ms-playwright')
  if (!existsSync(cache)) return []
  return readdirSync(cache).filter((name) => name.startsWith('chromium')).flatMap((name) => ['chrome-linux/chrome', 'chrome-linux64/chrome', 'chrome-linux/headless_shell'].map((path) => join(cache, name, path)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
