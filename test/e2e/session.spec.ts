// Nothing is lost: reload, undo, reset, two tabs, a damaged session.
import { readFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import { open, PLAYGROUND, rows, run, steps, type } from './learner.ts'

const KEY = 'isolab session playground'

test('a reload brings machine, terminal and timeline back', async ({ page }) => {
  await open(page, PLAYGROUND)
  await run(page, 'echo kept > note')
  await run(page, 'unshare --user --map-root-user bash')
  await page.waitForFunction(key => (localStorage.getItem(key) ?? '').includes('unshare') || (localStorage.getItem(key) ?? '').length > 200, KEY)
  await page.reload()
  await expect(steps(page)).toHaveCount(3)
  await expect(rows(page)).toContainText('unshare --user')
  await run(page, 'cat note; id -u')
  await expect(rows(page)).toContainText('kept')
  await expect(page.getByRole('tab').first()).toContainText('inside')
})

test('undo takes back the last command', async ({ page }) => {
  await open(page, PLAYGROUND)
  await run(page, 'echo one > file')
  await run(page, 'rm file')
  await page.getByRole('button', { name: 'Undo the last command' }).click()
  await expect(steps(page)).toHaveCount(2)
  await run(page, 'cat file')
  await expect(rows(page)).toContainText(/\bone\b/)
})

test('reset asks, then starts over', async ({ page }) => {
  await open(page, PLAYGROUND)
  await run(page, 'touch made')
  await page.getByRole('button', { name: 'Reset', exact: true }).click()
  await page.getByRole('button', { name: 'Yes, reset' }).click()
  await expect(steps(page)).toHaveCount(1)
  await run(page, 'ls made')
  await expect(rows(page)).toContainText('No such file')
})

test('a second tab says so, and can take over without losing anything', async ({ page, context }) => {
  await open(page, PLAYGROUND)
  await run(page, 'echo first tab > note')
  const second = await context.newPage()
  await second.goto(PLAYGROUND)
  await expect(second.getByText('open in another tab')).toBeVisible()
  await page.bringToFront()
  await run(page, 'echo more >> note')
  await second.bringToFront()
  await second.getByRole('button', { name: 'Go on in this tab' }).click()
  await expect(steps(second)).toHaveCount(3)
  await run(second, 'cat note')
  await expect(rows(second)).toContainText('more')
  await expect(page.getByText('open in another tab')).toBeVisible()
})

test('a damaged session is offered for download and a fresh start', async ({ page }) => {
  await open(page, PLAYGROUND)
  await run(page, 'echo precious')
  await page.waitForFunction(key => (localStorage.getItem(key) ?? '').length > 200, KEY)
  const damaged = await page.evaluate(key => {
    const text = (localStorage.getItem(key) ?? '').replace('precious', 'precioux').slice(0, -20)
    localStorage.setItem(key, text)
    return text
  }, KEY)
  await page.reload()
  await expect(page.getByText('The saved session is damaged')).toBeVisible()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the old session' }).click()])
  expect(await readFile(await download.path(), 'utf8')).toBe(damaged)
  await page.getByRole('button', { name: 'Start afresh' }).click()
  await expect(steps(page)).toHaveCount(1)
  expect(await page.evaluate(() => Object.keys(localStorage).some(key => key.startsWith('isolab kept playground')))).toBe(true)
  await run(page, 'echo fresh $((1+1))')
  await expect(rows(page)).toContainText('fresh 2')
})

test('a machine that cannot be loaded says so and offers a way on', async ({ page }) => {
  await page.route(/worker[^/]*\.js/, route => route.abort())
  await page.goto(PLAYGROUND)
  await expect(page.getByText('The simulated machine has failed')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Start afresh' })).toBeVisible()
})

test('the prompt is there before the machine, and what is typed at it is not lost', async ({ page }) => {
  let letThrough = (): void => undefined
  const held = new Promise<void>(resolve => { letThrough = resolve })
  await page.route(/worker[^/]*\.js/, async route => {
    await held
    await route.continue()
  })
  await page.goto(PLAYGROUND)
  await expect(rows(page)).toContainText('learner@host:~$')
  await type(page, 'echo early $((20+1))')
  await expect(steps(page)).toHaveCount(0)
  letThrough()
  await expect(rows(page)).toContainText('early 21')
  await expect(steps(page)).toHaveCount(2)
})
