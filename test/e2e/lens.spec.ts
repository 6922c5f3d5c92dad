// The lens: what a command asked of the kernel, by mouse and keyboard, beside the plan, over it, and below it.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from '@playwright/test'
import { open, PLAYGROUND, run } from './learner.ts'

async function expectAccessible(page: Page): Promise<void> {
  const found = await new AxeBuilder({ page }).analyze()
  expect(found.violations.map(each => `${each.id}: ${each.nodes.map(node => node.html).join(' ')}`)).toEqual([])
}

test('the lens tells what a command asked of the kernel', async ({ page }) => {
  await open(page, PLAYGROUND)
  const lens = page.getByRole('complementary', { name: 'Lens' })
  await expect(lens).toContainText('Nothing has run yet')
  await run(page, 'unshare -Ur id')
  const call = lens.getByRole('listitem').filter({ hasText: 'unshare(CLONE_NEWUSER) = 0' })
  await expect(call).toContainText('Asks the kernel to leave namespaces for new ones of its own.')
  await expect(call).toContainText('makes a user namespace')
  await expect(lens.getByRole('heading', { name: 'unshare -Ur id' }).first()).toBeVisible()
  await expectAccessible(page)

  const calls = lens.locator('.calls > li')
  const few = await calls.count()
  await lens.getByRole('button', { name: /^Show all/ }).press('Enter')
  expect(await calls.count()).toBeGreaterThan(few)

  await run(page, 'cat /etc/shadow')
  await expect(lens.locator('.calls .failed').first()).toContainText('EACCES')
  await expect(lens.locator('.because .refused').first()).toContainText('refused')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Step 1: unshare -Ur id' }).click()
  await expect(call).toBeVisible()

  await page.setViewportSize({ width: 1024, height: 768 })
  await expect(lens).toBeHidden()
  await page.getByRole('button', { name: 'What it asked' }).press('Enter')
  await expect(call).toBeVisible()
  await expectAccessible(page)
  await lens.press('Escape')
  await expect(lens).toBeHidden()
  await expect(page.getByRole('button', { name: 'What it asked' })).toBeFocused()
})
