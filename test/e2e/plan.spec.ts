// The floor plan follows the machine: rooms, numbers, words, looking back.
import { expect, test } from '@playwright/test'
import { open, PLAYGROUND, run, steps } from './learner.ts'

test.beforeEach(async ({ page }) => open(page, PLAYGROUND))

test('a room goes up with the numbers of both sides, and comes down again', async ({ page }) => {
  const tree = page.getByRole('tree')
  await run(page, 'unshare --user --map-root-user --pid --fork --mount-proc bash')
  await expect(tree.getByRole('treeitem').filter({ hasText: /own .*user/ }).first()).toBeAttached()
  await expect(tree.getByRole('treeitem').filter({ hasText: /process bash, 1 inside, .*\d+ on the host/ })).toBeAttached()
  await expect(tree.getByRole('treeitem').filter({ hasText: 'door: uid 0 inside is 1000 outside' })).toBeAttached()
  await expect(page.getByRole('tab').first()).toContainText('inside')
  await run(page, 'exit')
  await expect(tree.getByRole('treeitem').filter({ hasText: 'gone in step 2' }).first()).toBeAttached()
  await run(page, 'true')
  await expect(tree.getByRole('treeitem').filter({ hasText: 'room' })).toHaveCount(0)
})

test('what a step has changed comes into sight', async ({ page }) => {
  await page.setViewportSize({ width: 1100, height: 640 })
  await run(page, 'unshare --user --map-root-user --pid --fork --mount-proc bash')
  await expect(page.getByRole('treeitem').filter({ hasText: /process bash, 1 inside/ })).toBeInViewport({ ratio: 1 })
})

test('a refusal is marked on the timeline and explained', async ({ page }) => {
  await run(page, 'unshare --uts true')
  await expect(steps(page).last()).toContainText('refused')
  const lens = page.locator('#lens')
  await expect(lens).toContainText('Why was this refused?')
  await expect(lens).toContainText('CAP_SYS_ADMIN')
  await expect(lens).toContainText('learner')
  await expect(lens).toContainText('EPERM')
})

test('arrows walk the plan, t shows it in words', async ({ page }) => {
  await page.locator('#main').focus()
  await page.keyboard.press('2')
  await expect(page.getByRole('treeitem', { name: /^host/ })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('treeitem', { name: /^process/ }).first()).toBeFocused()
  await page.keyboard.press('t')
  await expect(page.locator('.outline.words')).toBeVisible()
})

test('looking back shows the stored picture; typing there asks before going back', async ({ page }) => {
  await run(page, 'unshare --user --map-root-user bash')
  await run(page, 'exit')
  await page.getByRole('button', { name: /^Step 1:/ }).click()
  await expect(page.getByText('as it was')).toBeVisible()
  await expect(page.getByRole('treeitem').filter({ hasText: /own user/ })).toBeAttached()
  await page.locator('.scr:not(.away) .xterm-screen').click()
  await page.keyboard.type('x')
  await expect(page.getByText('Go back to step 1?')).toBeVisible()
  await page.getByRole('button', { name: 'Go back to step 1' }).click()
  await expect(steps(page)).toHaveCount(2)
  await run(page, 'id -u')
  await expect(page.locator('.scr:not(.away) .xterm-rows')).toContainText(/^0$|\n0\n|0/)
})
