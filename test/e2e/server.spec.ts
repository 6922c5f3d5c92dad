// A final exercise on a machine of the real service (`npm run vm:serve`), where its image is: chosen, worked on, set back, cut off, come back to, left.
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { createServer as createSite } from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from '@playwright/test'
import { missing } from '../../tools/machines.ts'
import { open, rows, screen, steps, type } from './learner.ts'

const FINAL = '/rooms/a-name-of-your-own/final/'
const SLOW = { timeout: 90_000 }
const why = await missing('qemu')

/** The service, and before it a cable that can be pulled. */
class Service {
  readonly url: string
  readonly #child: ChildProcess
  readonly #ends = new Set<Socket>()
  #isPulled = false

  private constructor(child: ChildProcess, port: number, cable: Server, cablePort: number) {
    this.#child = child
    cable.on('connection', page => {
      if (this.#isPulled) {
        page.destroy()
        return
      }
      const service = connect(port, '127.0.0.1')
      for (const [end, other] of [[page, service], [service, page]] as const) {
        this.#ends.add(end)
        end.pipe(other)
        end.on('error', () => other.destroy()).on('close', () => {
          other.destroy()
          this.#ends.delete(end)
        })
      }
    })
    this.url = `ws://127.0.0.1:${cablePort}`
  }

  static async start(): Promise<Service> {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../vm/server/serve.ts'), '--port', '0', '--cap', '3', '--warm', '1', '--warm-docker', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const port = await new Promise<number>((resolve, reject) => {
      let said = ''
      child.stdout.on('data', (bytes: Buffer) => {
        said += bytes.toString()
        const [, found] = /at ws:\/\/127\.0\.0\.1:(\d+)/.exec(said) ?? []
        if (found !== undefined) resolve(Number(found))
      })
      child.once('exit', status => reject(new Error(`vm:serve ended with status ${status}: ${said}`)))
    })
    const cable = createServer()
    return new Service(child, port, cable, await listening(cable))
  }

  pull(): void {
    this.#isPulled = true
    for (const end of this.#ends) end.destroy()
  }
  plug(): void {
    this.#isPulled = false
  }
  end(): void {
    this.pull()
    this.#child.kill('SIGTERM')
  }
  /** A line of `GET /metrics`. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url.replace('ws', 'http')}/metrics`)).text()
    return Number(text.split('\n').find(line => line.startsWith(`${name} `))?.split(' ')[1])
  }
}

/** The site as it would be with this server's address in it (ISOLAB_VM_SERVER). No interception in the browser: to Chromium such a page would not be one of this computer, and may not call its services. */
async function siteWith(server: string, built: string): Promise<{ readonly url: string; end(): void }> {
  const site = createSite((request, response) => {
    void fetch(`${built}${request.url ?? '/'}`).then(async from => {
      const type = from.headers.get('content-type') ?? ''
      response.writeHead(from.status, { 'content-type': type })
      if (!type.startsWith('text/html')) return response.end(Buffer.from(await from.arrayBuffer()))
      return response.end((await from.text()).replaceAll(/&quot;server&quot;:\[0(,&quot;[^&]*&quot;)?\]/g, `&quot;server&quot;:[0,&quot;${server}&quot;]`))
    })
  })
  return { url: `http://localhost:${await listening(site)}`, end: () => { site.close() } }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  return (server.address() as AddressInfo).port
}

async function expectAccessible(page: Page): Promise<void> {
  const found = await new AxeBuilder({ page }).analyze()
  expect(found.violations.map(each => `${each.id}: ${each.nodes.map(node => node.html).join(' ')}`)).toEqual([])
}

test.describe('a final exercise on a machine of the service', () => {
  test.skip(why !== undefined, why)
  let service: Service
  let site: Awaited<ReturnType<typeof siteWith>>
  test.beforeAll(async ({ baseURL }) => {
    service = await Service.start()
    site = await siteWith(service.url, baseURL ?? '')
  })
  test.afterAll(() => {
    site.end()
    service.end()
  })

  test('is worked on, set back, cut off, come back to and left', async ({ page }) => {
    test.setTimeout(300_000)
    const once = async (line: string): Promise<void> => {
      const before = await steps(page).count()
      await type(page, line)
      await expect(steps(page)).toHaveCount(before + 1, SLOW)
    }
    const plan = page.getByRole('figure', { name: 'Floor plan' })
    const plate = page.getByRole('button', { name: /^Machine:/ })
    await open(page, `${site.url}${FINAL}`)
    await page.getByRole('radio', { name: /Real Linux on a server/ }).check()
    await page.getByRole('button', { name: 'Start real Linux' }).click()
    await expect(plate).toHaveText(/Real Linux on a server/, SLOW)
    await expect(rows(page)).toContainText('learner@host', SLOW)
    await expect(steps(page)).toHaveCount(1, SLOW)

    await once('uname -r; cat /etc/debian_version')
    await expect(rows(page)).toContainText(/6\.1\.0-\d+-cloud-amd64\s*12\.\d+/)
    await once("sudo unshare --uts bash -c 'hostname bakery; sleep 100000 &'")
    await expect(page.locator('.tasks .met')).toHaveCount(1, SLOW)
    await expect(plan).toContainText('bakery')
    await expectAccessible(page)

    service.pull()
    await expect(page.getByRole('status').filter({ hasText: 'connection to the machine is lost' })).toBeVisible()
    await screen(page).locator('.xterm-screen').click()
    await page.keyboard.type('echo $((6 * 7)) typed in between\n')
    service.plug()
    await expect(page.getByText('connection to the machine is lost')).toHaveCount(0, SLOW)
    await expect(rows(page)).toContainText('42 typed in between', SLOW)

    await page.reload()
    await expect(plate).toHaveText(/Real Linux on a server/, SLOW)
    await expect(rows(page)).toContainText('42 typed in between', SLOW)
    await expect(plan).toContainText('bakery')

    await page.getByRole('button', { name: 'Reset', exact: true }).click()
    await page.getByRole('button', { name: 'Yes, reset' }).click()
    await expect(plan).not.toContainText('bakery', SLOW)
    await expect(steps(page)).toHaveCount(1, SLOW)
    await expect(rows(page)).toContainText('learner@host', SLOW)
    for (const name of ['bakery', 'brewery', 'butcher']) await once(`sudo unshare --uts bash -c 'hostname ${name}; sleep 100000 &'`)
    await expect(page.getByRole('heading', { name: 'That is the final exercise' })).toBeVisible(SLOW)

    await page.getByRole('radio', { name: /^Simulator/ }).check()
    await page.getByRole('button', { name: 'Back to the simulator' }).click()
    await page.getByRole('button', { name: 'Yes, change' }).click()
    await expect(plate).toHaveText(/Simulator/)
    await expect.poll(() => service.metric('isolab_vm_sessions{connection="up"}'), SLOW).toBe(0)
  })
})
