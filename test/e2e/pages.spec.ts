// Every page in both themes, wide and on a phone: nothing for axe to find, nothing wider than the screen, readable without JavaScript.
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { FIRST_LESSON, open, PLAYGROUND, rows, run, steps } from './learner.ts'

const FINAL = '/rooms/pid-1/final/'
const PAGES = ['/', FIRST_LESSON, FINAL, PLAYGROUND, '/floor-plan/', '/coverage/', '/no-such-page/']
const hasPanes = (path: string): boolean => path === FIRST_LESSON || path === FINAL || path === PLAYGROUND
const isLive = (path: string): boolean => path === '/' || hasPanes(path)
const PHONE = { width: 390, height: 844 }

for (const path of PAGES) {
  for (const theme of ['light', 'dark']) {
    test(`${path} in ${theme} is accessible`, async ({ page }) => {
      await page.goto(`${path}?theme=${theme}`)
      if (isLive(path)) await expect(rows(page)).toContainText('learner@host')
      const wide = await new AxeBuilder({ page }).analyze()
      expect(wide.violations.map(each => `${each.id}: ${each.nodes.map(node => node.html).join(' ')}`)).toEqual([])
    })
  }

  test(`${path} fits a phone`, async ({ page }) => {
    await page.setViewportSize(PHONE)
    await page.goto(path)
    if (hasPanes(path)) {
      for (const pane of ['Terminal', 'Plan', 'Read']) {
        await page.getByRole('button', { name: pane, exact: true }).click()
        if (pane === 'Terminal') await expect(rows(page)).toContainText('learner@host')
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width)
        const phone = await new AxeBuilder({ page }).analyze()
        expect(phone.violations.map(each => `${each.id}: ${each.nodes.map(node => node.html).join(' ')}`)).toEqual([])
      }
    } else expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width)
  })
}

test('a busy session is accessible: a crowd of rooms, a refusal, the plan in words, looking back', async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 768 })
  await open(page, PLAYGROUND)
  const check = async (): Promise<void> => {
    const found = await new AxeBuilder({ page }).analyze()
    expect(found.violations.map(each => `${each.id}: ${each.nodes.map(node => node.html).join(' ')}`)).toEqual([])
  }
  await run(page, 'for i in 1 2 3 4 5 6; do sudo unshare --uts sleep 500 & done; sleep 1')
  await expect(page.getByRole('radio', { name: 'Plan' })).toBeChecked()
  await check()
  await page.getByRole('radio', { name: 'Detail' }).click()
  await run(page, 'unshare --uts true')
  await page.getByRole('button', { name: 'Why refused?' }).click()
  await check()
  await page.getByRole('button', { name: 'Back to the plan' }).click()
  await page.getByRole('button', { name: 'In words' }).click()
  await page.getByRole('button', { name: 'One step back' }).click()
  await check()
})

test('the keys of a phone reach the shell', async ({ page }) => {
  await page.setViewportSize(PHONE)
  await page.goto(PLAYGROUND)
  await page.getByRole('button', { name: 'Terminal', exact: true }).click()
  await expect(rows(page)).toContainText('learner@host')
  await page.locator('.scr:not(.away) .xterm-screen').click()
  await page.keyboard.type('echo up')
  await page.keyboard.press('Enter')
  await expect(rows(page)).toContainText('up')
  await page.getByRole('button', { name: 'Arrow up' }).click()
  await page.getByRole('button', { name: 'Ctrl', exact: true }).click()
  await page.keyboard.type('c')
  await expect(rows(page)).toContainText('^C')
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })
  test('a lesson can be read: prose, commands, hints, the plan', async ({ page }) => {
    await page.goto(FIRST_LESSON)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(page.locator('.chip code').first()).toBeVisible()
    await expect(page.locator('.chip .run').first()).toBeHidden()
    await expect(page.locator('.hint summary').first()).toBeVisible()
    await expect(page.getByRole('img', { name: /Floor plan/ }).first()).toBeVisible()
    await expect(page.locator('.term')).toBeHidden()
  })
})

test('a prose page loads no JavaScript', async ({ page }) => {
  const scripts: string[] = []
  page.on('request', request => { if (request.resourceType() === 'script') scripts.push(request.url()) })
  await page.goto('/floor-plan/')
  expect(scripts).toEqual([])
})

test('the theme is remembered', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto('/floor-plan/')
  await page.locator('#theme').click()
  await page.goto('/coverage/')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  expect(await steps(page).count()).toBe(0)
})
