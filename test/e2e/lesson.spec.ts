// A lesson from start to end, as its author's solution goes: chips, predictions, hints, ticks, progress on the first page.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { FIRST_LESSON, open, rows, run, steps, type } from './learner.ts'

const tasks = readFileSync(join(import.meta.dirname, '../../lessons/rooms/1-what-is-a-namespace/tasks.yaml'), 'utf8')
/** The lines of the solution, `  - a command` or `  - { terminal: second, type: a command }`, with the place of the terminal's tab. */
const solution = ((tasks.split(/^solution:.*$/m)[1] ?? '').split(/^\w/m)[0] ?? '').split('\n').flatMap(line => {
  const [, terminal, there, here] = /^\s+- (?:\{ terminal: (\w+), type: (.+) \}|(.+))$/.exec(line) ?? []
  const command = there ?? here
  return command === undefined ? [] : [{ tab: terminal === 'second' ? 1 : 0, command }]
})

test('a chip types its command visibly at the terminal', async ({ page }) => {
  await open(page, FIRST_LESSON)
  const chip = page.locator('.prose .chip').first()
  const command = (await chip.locator('code').textContent()) ?? ''
  await chip.getByRole('button').click()
  await expect(steps(page)).toHaveCount(2)
  await expect(steps(page).last().getByRole('button')).toHaveAttribute('title', command)
})

test('a prediction is answered by the machine', async ({ page }) => {
  await open(page, FIRST_LESSON)
  const predict = page.locator('.predict').first()
  await expect(predict.getByRole('button', { name: 'Check by running it' })).toBeDisabled()
  await predict.getByRole('radio').first().check()
  await expect(predict.locator('.said-so')).toHaveCount(0)
  await predict.getByRole('button', { name: 'Check by running it' }).click()
  await expect(predict.locator('.said-so')).toBeVisible()
})

test('hints come one by one, and the last is the solution', async ({ page }) => {
  await open(page, FIRST_LESSON)
  const task = page.locator('.tasks').first()
  await task.getByRole('button', { name: 'Hint' }).click()
  await expect(task.locator('.hint')).toHaveCount(1)
  while (await task.getByRole('button', { name: 'Next hint' }).isVisible()) await task.getByRole('button', { name: 'Next hint' }).click()
  await expect(task.locator('.hint').last().getByRole('button', { name: /^Run/ })).toBeVisible()
})

test('the solution ticks every task, and the first page knows', async ({ page }) => {
  await open(page, FIRST_LESSON)
  await expect(page.locator('.pinned')).toContainText(/^0 of/)
  for (const { tab, command } of solution) {
    await page.getByRole('tab').nth(tab).click()
    await run(page, command)
  }
  await expect(page.getByRole('heading', { name: 'That is the lesson' })).toBeVisible()
  await expect(page.locator('.tasks .met')).toHaveCount(await page.locator('.tasks').count())
  await page.goto('/')
  await expect(page.getByRole('link', { name: /R-01/ }).filter({ hasText: 'done' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Continue with R-02' })).toBeVisible()
})

test('a wrong start leaves the tasks open and says how far it is', async ({ page }) => {
  await open(page, FIRST_LESSON)
  await type(page, 'nosuchcommand')
  await expect(rows(page)).toContainText('command not found')
  await expect(page.locator('.tasks .st').first()).toContainText('Not yet')
})

test('the first page has a live machine', async ({ page }) => {
  await page.goto('/')
  await expect(rows(page)).toContainText('learner@host')
  await type(page, 'echo live $((20+1))')
  await expect(rows(page)).toContainText('live 21')
  await page.locator('.try').getByRole('button').click()
  await expect(page.getByRole('treeitem').filter({ hasText: 'door: uid 0 inside is 1000 outside' })).toBeAttached()
})
