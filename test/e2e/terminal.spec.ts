// The terminal: typing, mistakes, interruption, and machines that try to run away.
import { expect, test } from '@playwright/test'
import { expectInterruptible, expectResponsive, open, PLAYGROUND, rows, run, steps, type } from './learner.ts'

test.beforeEach(async ({ page }) => open(page, PLAYGROUND))

test('a command prints what Linux prints', async ({ page }) => {
  await run(page, 'echo hello from $((40+2)); id -un')
  await expect(rows(page)).toContainText('hello from 42')
  await expect(rows(page)).toContainText('learner')
  await expect(steps(page).last()).toContainText('echo hello')
})

test('a wrong command is answered as bash does', async ({ page }) => {
  await run(page, 'unshaer --pid')
  await expect(rows(page)).toContainText('unshaer: command not found')
})

test('Ctrl-C stops a program that sleeps', async ({ page }) => {
  await type(page, 'sleep 1000')
  await expectInterruptible(page)
})

test('an infinite loop leaves the page free, and Ctrl-C ends it', async ({ page }) => {
  await type(page, 'while :; do :; done')
  await expectResponsive(page)
  await expectInterruptible(page)
})

test('yes floods the terminal, not the page', async ({ page }) => {
  await type(page, 'yes')
  await expect(rows(page)).toContainText('y')
  await expectResponsive(page)
  await expectInterruptible(page)
})

test('a fork bomb is a lesson, not a crash', async ({ page }) => {
  await type(page, ':(){ :|:& };:')
  await expectResponsive(page)
  await page.getByRole('button', { name: 'Reset', exact: true }).click()
  await page.getByRole('button', { name: 'Yes, reset' }).click()
  await expect(steps(page)).toHaveCount(1)
  await run(page, 'echo still $((1+1)) here')
  await expect(rows(page)).toContainText('still 2 here')
})

test('a hundred megabytes through a pipe', async ({ page }) => {
  await type(page, 'cat /dev/zero | head -c 100M | wc -c')
  await expectResponsive(page)
  await expect(rows(page)).toContainText('104857600', { timeout: 45_000 })
})

test('the keyboard gets in, and Esc Esc gets out', async ({ page }) => {
  await page.locator('#theme').focus()
  await page.keyboard.press('5')
  await page.keyboard.type('echo in')
  await page.keyboard.press('Enter')
  await expect(rows(page)).toContainText('echo in')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('tab', { name: 'host' })).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('tab', { name: 'second' })).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.type('echo second $((2*21))')
  await page.keyboard.press('Enter')
  await expect(rows(page)).toContainText('second 42')
})

test('two terminals stand side by side', async ({ page }) => {
  await page.getByRole('button', { name: 'Side by side' }).click()
  await expect(page.locator('.scr').first()).toBeVisible()
  await expect(page.locator('.scr').last()).toBeVisible()
})

test('text on the screen can be found', async ({ page }) => {
  await run(page, 'echo needle')
  await page.getByRole('button', { name: 'Find' }).click()
  await page.getByLabel('Find in this terminal').fill('needle')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Found', { exact: true })).toBeVisible()
})
