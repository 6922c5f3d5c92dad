// Packets: what went over the wires of a step can be followed, in the picture and in words.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from '@playwright/test'
import { open, run } from './learner.ts'

const LAY = [
  'sudo ip netns add red', 'sudo ip link add veth-red type veth peer name eth0 netns red', 'sudo ip addr add 10.0.0.1/24 dev veth-red', 'sudo ip link set veth-red up',
  'sudo ip -n red addr add 10.0.0.2/24 dev eth0', 'sudo ip -n red link set eth0 up',
]
async function layCable(page: Page): Promise<void> {
  await open(page, '/cables/a-cable-between-rooms/')
  for (const line of LAY) await run(page, line)
}
const said = (page: Page) => page.locator('.pk-say')

test('a ping is followed stop by stop, by keys, with its header', async ({ page }) => {
  await layCable(page)
  await run(page, 'ping -c 1 10.0.0.2')
  await page.getByRole('button', { name: /^Watch the \d+ packets/ }).click()
  await expect(said(page)).toContainText('ping in the host. The program sends an ICMP echo request to 10.0.0.2')
  await expect(page.locator('.plan .packet')).toBeVisible()
  await page.keyboard.press('ArrowRight')
  await expect(said(page)).toContainText('nobody knows the MAC address')
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight')
  await expect(said(page)).toContainText('eth0 in red. It has arrived.')
  await expect(page.locator('.stepper li.on')).toContainText('It has arrived.')
  await page.getByRole('button', { name: 'Header' }).click()
  await expect(page.locator('.pk-head')).toContainText('time to live64')
  await page.getByLabel('Packet', { exact: true }).selectOption({ index: 1 })
  await expect(said(page)).toContainText('who has 10.0.0.2?')
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(each => each.id)).toEqual([])
})

test('a packet that got lost says who dropped it', async ({ page }) => {
  await layCable(page)
  await run(page, 'ping -c 1 10.0.0.99')
  await page.getByRole('button', { name: /^Watch/ }).click()
  await page.locator('.stepper li').last().getByRole('button').click()
  await expect(said(page)).toContainText('Dropped by the neighbour table: nobody answers ARP for 10.0.0.99')
})

test('packets play by themselves, and stop when asked', async ({ page }) => {
  await layCable(page)
  await run(page, 'ping -c 1 10.0.0.2')
  await page.getByRole('button', { name: /^Watch/ }).click()
  await page.getByRole('button', { name: 'Play' }).click()
  await expect(page.locator('.stepper li.on')).toContainText('Out of veth-red')
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible()
})
