// What a learner does and sees, in the words of the journeys.
import type { Locator, Page } from '@playwright/test'
import { expect } from '@playwright/test'

export const PLAYGROUND = '/playground/'
export const FIRST_LESSON = '/rooms/what-is-a-namespace/'

/** The screen in use. */
export const screen = (page: Page): Locator => page.locator('.scr:not(.away)')
/** Its text, line by line. */
export const rows = (page: Page): Locator => screen(page).locator('.xterm-rows')
export const steps = (page: Page): Locator => page.locator('.ruler li:not(.next)')

export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await expect(steps(page).first()).toBeVisible()
  await expect(rows(page)).toContainText('learner@host')
}

/** Types a line at the terminal in use, as a person does. */
export async function type(page: Page, line: string): Promise<void> {
  await screen(page).locator('.xterm-screen').click()
  await page.keyboard.type(line)
  await page.keyboard.press('Enter')
}

/** Types a line and waits until its step is on the timeline. */
export async function run(page: Page, line: string): Promise<void> {
  const before = await steps(page).count()
  await type(page, line)
  await expect(steps(page)).toHaveCount(before + 1)
}

/** The page answers although the machine is busy: a button acts and shows its effect. */
export async function expectResponsive(page: Page): Promise<void> {
  const theme = page.locator('#theme')
  for (let i = 0; i < 2; i++) {
    const before = await theme.getAttribute('aria-pressed')
    await theme.click()
    await expect(theme).toHaveAttribute('aria-pressed', before === 'true' ? 'false' : 'true')
  }
  const words = page.getByRole('button', { name: 'In words' })
  await words.click()
  await expect(page.getByRole('treeitem').first()).toBeVisible()
  await words.click()
}

/** Ctrl-C brings the prompt back, and the shell works. */
export async function expectInterruptible(page: Page): Promise<void> {
  await screen(page).locator('.xterm-screen').click()
  await page.keyboard.press('Control+c')
  await expect(rows(page).locator('> div').filter({ hasText: /\S/ }).last()).toHaveText(/^\S+@\S+:\S+[$#]\s*$/)
  await type(page, 'echo $((6*7)) again')
  await expect(rows(page)).toContainText('42 again')
}
