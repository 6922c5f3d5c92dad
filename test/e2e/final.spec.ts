// Final exercises: done in the simulator, and the ways to another machine and back. The real machine of these journeys is a stub; the last one is real where the site has an image.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from '@playwright/test'
import { startLesson } from '../../lab/lesson/rehearsal.ts'
import { bootMachine } from '../../simulator/machine/machine.ts'
import { isManifest } from '../../vm/browser/manifest.ts'
import { open, rows, run, screen, steps, type } from './learner.ts'

const FINAL = '/rooms/a-name-of-your-own/final/'
const IMAGE = '**/vm/browser/manifest.json'
const BUILT = join(import.meta.dirname, '../../dist/vm/browser/manifest.json')
const stub = readFile(join(import.meta.dirname, 'stub-machine.js'), 'utf8')
const world = JSON.stringify(startLesson(bootMachine, { id: 'stub', docker: false, images: [], setup: '', terminals: [{ name: 'host', user: 'learner' }, { name: 'second', user: 'learner' }] }).machine.world())

async function withStub(page: Page, ms = 1): Promise<void> {
  await page.route(/_astro\/(in-page|on-server)[^/]*\.js/, async route => route.fulfill({ contentType: 'text/javascript', body: `const WORLD = ${world}, STEP_MS = ${ms}\n${await stub}` }))
}

async function expectAccessible(page: Page): Promise<void> {
  const found = await new AxeBuilder({ page }).analyze()
  expect(found.violations.map(each => `${each.id}: ${each.nodes.map(node => node.html).join(' ')}`)).toEqual([])
}

const real = (page: Page) => page.getByRole('radio', { name: /Real Linux in this page/ })
const plate = (page: Page) => page.getByRole('button', { name: /^Machine:/ })

async function startReal(page: Page): Promise<void> {
  await real(page).check()
  await page.getByRole('button', { name: /Download 11\.4 MB and start/ }).click()
  await expect(plate(page)).toHaveText(/Real Linux in this page/)
  await expect(steps(page)).toHaveCount(1)
}

test('a lesson leads to its final exercise, which is solved in the simulator and remembered', async ({ page }) => {
  await page.route(IMAGE, route => route.fulfill({ status: 404 }))
  await page.goto('/rooms/a-name-of-your-own/')
  await page.getByRole('link', { name: /^Final exercise/ }).first().click()
  await expect(page).toHaveURL(FINAL)
  await expect(steps(page).first()).toBeVisible()
  await expect(plate(page)).toHaveText(/Simulator/)
  for (const name of ['bakery', 'brewery', 'butcher']) await run(page, `sudo unshare --uts bash -c 'hostname ${name}; sleep 100000 &'`)
  await expect(page.getByRole('heading', { name: 'That is the final exercise' })).toBeVisible()
  await expect(page.locator('.tasks .met')).toHaveCount(3)
  await page.reload()
  await expect(page.locator('.tasks .met')).toHaveCount(3)
  await page.goto('/')
  await expect(page.getByRole('link', { name: /Final exercise of R-02/ })).toContainText('done')
})

test('a site without an image says so, and how it gets one', async ({ page }) => {
  await page.route(IMAGE, route => route.fulfill({ status: 404 }))
  await open(page, FINAL)
  await expect(page.getByText('npm run vm:build browser')).toBeVisible()
  await expect(real(page)).toBeDisabled()
  await expectAccessible(page)
})

test('real Linux: what it costs is said before, progress while it comes, and what it lacks after', async ({ page }) => {
  await withStub(page, 150)
  await open(page, FINAL)
  await run(page, 'echo in the simulator')
  await real(page).check()
  await expect(page.locator('.machines')).toContainText('Downloads 11.4 MB once')
  await expectAccessible(page)
  await page.getByRole('button', { name: /Download 11\.4 MB and start/ }).click()
  await expect(page.getByRole('progressbar', { name: 'Downloading' })).toBeVisible()
  await expect(page.locator('.coming')).toContainText('of 11.4 MB')
  await run(page, 'echo still here')
  await expect(plate(page)).toHaveText(/Real Linux in this page/)
  await expect(steps(page)).toHaveCount(1)
  await expect(rows(page)).not.toContainText('still here')
  await run(page, 'uname -r')
  await expect(rows(page)).toContainText('real: uname -r')
  await expect(page.getByRole('button', { name: 'Undo the last command' })).toBeDisabled()
  await expect(page.getByRole('button', { name: 'Download this session' })).toBeDisabled()
  await expect(page.locator('.qnote').filter({ hasText: 'A stub has no way back.' })).toBeVisible()
  await expect(page.getByRole('complementary', { name: 'Lens' })).toContainText('A stub tells nothing.')
  await expectAccessible(page)

  await page.getByRole('button', { name: 'One step back' }).click()
  await type(page, 'x')
  await expect(page.getByRole('alert').filter({ hasText: 'looking at the past' })).toContainText('A stub has no way back.')
  await page.getByRole('button', { name: 'Back to now' }).first().click()

  await page.getByRole('button', { name: 'Reset', exact: true }).click()
  await page.getByRole('button', { name: 'Yes, reset' }).click()
  await expect(steps(page)).toHaveCount(1)
  await expect(rows(page)).not.toContainText('real: uname')
  await run(page, 'echo again')
  await expect(rows(page)).toContainText('real: echo again')
})

test('leaving a real machine asks first and frees it; the simulator is where it was', async ({ page }) => {
  await withStub(page)
  await open(page, FINAL)
  await run(page, 'echo precious')
  await startReal(page)
  await run(page, 'echo lost')
  await page.getByRole('radio', { name: /^Simulator/ }).check()
  await page.getByRole('button', { name: 'Back to the simulator' }).click()
  await expect(page.getByRole('group', { name: 'Leave this machine?' })).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'No, stay' }).click()
  await expect(plate(page)).toHaveText(/Real Linux/)
  await page.getByRole('radio', { name: /^Simulator/ }).check()
  await page.getByRole('button', { name: 'Back to the simulator' }).click()
  await page.getByRole('button', { name: 'Yes, change' }).click()
  await expect(plate(page)).toHaveText(/Simulator/)
  await expect(rows(page)).toContainText('precious')
  await expect(steps(page)).toHaveCount(2)
  expect(await page.evaluate(() => Reflect.get(globalThis, 'stubsClosed'))).toBe(1)
  await run(page, 'echo on it goes')
})

test('a download can be cancelled, and the simulator has not noticed', async ({ page }) => {
  await withStub(page, 300)
  await open(page, FINAL)
  await run(page, 'echo here')
  await real(page).check()
  await page.getByRole('button', { name: /Download/ }).first().click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('progressbar')).toHaveCount(0)
  await page.waitForFunction(() => Reflect.get(globalThis, 'stubsCancelled') === 1)
  await run(page, 'echo still here')
  await expect(plate(page)).toHaveText(/Simulator/)
  await expect(page.getByRole('progressbar')).toHaveCount(0)
  await expect(real(page)).toBeEnabled()
})

test('the choice can be made on a phone, and leads back to the terminal', async ({ page }) => {
  await withStub(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(FINAL)
  await page.getByRole('button', { name: 'Terminal', exact: true }).click()
  await expect(rows(page)).toContainText('learner@host')
  await plate(page).click()
  await expect(page.getByRole('radio', { name: /^Simulator/ })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.getByRole('button', { name: /Download 11\.4 MB and start/ }).click()
  await page.getByRole('button', { name: 'Terminal', exact: true }).click()
  await expect(plate(page)).toHaveText(/Real Linux/)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await expectAccessible(page)
})

test('real Linux on a server: the queue, the connection, the time left, and the way back after a reload', async ({ page }) => {
  await withStub(page, 700)
  // As a site that was built with a server's address.
  await page.route(`**${FINAL}`, async route => {
    const response = await route.fetch()
    await route.fulfill({ response, body: (await response.text()).replaceAll('&quot;server&quot;:[0]', '&quot;server&quot;:[0,&quot;ws://127.0.0.1:7070&quot;]') })
  })
  await open(page, FINAL)
  await page.getByRole('radio', { name: /Real Linux on a server/ }).check()
  await page.getByRole('button', { name: 'Start real Linux' }).click()
  await expect(page.locator('.coming')).toContainText('number 2 in the queue: about 80 seconds')
  await expectAccessible(page)
  await expect(plate(page)).toHaveText(/Real Linux on a server/)
  await run(page, 'hostname')

  const server = (status: object) => page.evaluate(told => Reflect.get(globalThis, 'server')(told), status)
  await server({ state: 'reconnecting', attempt: 1 })
  await expect(page.getByRole('status').filter({ hasText: 'connection to the machine is lost' })).toBeVisible()
  await server({ state: 'ready' })
  await expect(page.getByText('connection to the machine is lost')).toHaveCount(0)
  await server({ state: 'ending', limit: 'idle', seconds: 60 })
  await expect(page.getByText(/takes this machine back in \d+ seconds\. Nobody/)).toBeVisible()
  await run(page, 'echo awake')
  await expect(page.getByText(/Nobody has typed for long/)).toHaveCount(0)

  await page.reload()
  await expect(plate(page)).toHaveText(/Real Linux on a server/)
})

test('a real kernel in the page, where the site has an image: the exercise is done on it, reset, and left', async ({ page }) => {
  test.skip(!existsSync(BUILT), 'this site was built without an image of real Linux')
  test.setTimeout(240_000)
  const slow = { timeout: 60_000 }
  const manifest: unknown = JSON.parse(await readFile(BUILT, 'utf8'))
  const release = isManifest(manifest) ? manifest.kernel.release : ''
  const once = async (line: string): Promise<void> => {
    const before = await steps(page).count()
    await type(page, line)
    await expect(steps(page)).toHaveCount(before + 1, slow)
  }
  await open(page, FINAL)
  await real(page).check()
  await page.getByRole('button', { name: /^Download .* and start$/ }).click()
  await expect(page.getByRole('progressbar')).toBeVisible()
  await expect(plate(page)).toHaveText(/Real Linux in this page/, slow)
  await expect(rows(page)).toContainText('learner@host', slow)
  await expect(steps(page)).toHaveCount(1, slow)
  await once('uname -r')
  await expect(rows(page)).toContainText(release)
  await once("sudo unshare --uts bash -c 'hostname bakery; sleep 100000 &'")
  await expect(page.locator('.tasks .met')).toHaveCount(1, slow)
  await once('for name in brewery butcher; do sudo unshare --uts bash -c "hostname $name; sleep 100000 &"; done')
  await expect(page.getByRole('heading', { name: 'That is the final exercise' })).toBeVisible(slow)
  await expectAccessible(page)

  await page.getByRole('button', { name: 'Reset', exact: true }).click()
  await page.getByRole('button', { name: 'Yes, reset' }).click()
  await expect(steps(page)).toHaveCount(1, slow)
  await once('hostname; lsns -t uts | wc -l')
  await expect(screen(page)).not.toContainText('bakery')

  await page.goto('/')
  await expect(page.getByRole('link', { name: /Final exercise of R-02/ })).toContainText('done on real Linux')
  await page.goto(FINAL)
  await expect(page.locator('.machines')).toContainText('in this browser already')
})
