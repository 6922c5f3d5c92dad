// `node test/bench/first-prompt.ts [page]`: how long a learner on a slow line waits for the first prompt, next to the budget, and until the machine has
// answered the first key (pressed at that prompt, which is known when the site is built); nothing here passes or fails.
// The built site (npx astro build first) comes from a server that shares 1.6 Mb/s fairly among all requests, 150 ms after each is asked for, compressed as
// hosts compress; the browser's cache is empty, and the page's processor is slowed to a quarter (Chromium slows the page that way, not its Worker).
import { existsSync, readFileSync, statSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { chromium } from '@playwright/test'
import { CHROMIUM } from '../e2e/browser.ts'

const BUDGET_MS = 2500
const BYTES_PER_MS = 200
const LATENCY_MS = 150
const TIMES = 5
const PORT = 4331
const ROOT = join(import.meta.dirname, '../../dist')
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }
const CODINGS = { gzip: (bytes: Buffer) => gzipSync(bytes, { level: 9 }), br: (bytes: Buffer) => brotliCompressSync(bytes) } as const
type Coding = keyof typeof CODINGS

const path = process.argv[2] ?? '/rooms/what-is-a-namespace/'
let coding: Coding = 'gzip'
const packed = new Map<string, Buffer>()

function body(file: string): Buffer {
  const known = packed.get(coding + file)
  if (known) return known
  const plain = readFileSync(file)
  const bytes = file.endsWith('.woff2') ? plain : CODINGS[coding](plain)
  packed.set(coding + file, bytes)
  return bytes
}

interface Sending { readonly response: ServerResponse; readonly bytes: Buffer; sent: number }
let sending: Sending[] = []
let allowance = 0
let lastTick = performance.now()
const SLICE = 1400

function tick(): void {
  const now = performance.now()
  allowance = sending.length === 0 ? 0 : allowance + (now - lastTick) * BYTES_PER_MS
  lastTick = now
  while (allowance >= SLICE && sending.length > 0) {
    const next = sending.shift()
    if (!next) break
    const slice = next.bytes.subarray(next.sent, next.sent + SLICE)
    next.response.write(slice)
    next.sent += slice.length
    allowance -= slice.length
    if (next.sent < next.bytes.length) sending.push(next)
    else next.response.end()
  }
}

const server = createServer((request, response) => {
  let file = join(ROOT, normalize(new URL(request.url ?? '/', 'http://localhost').pathname))
  if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html')
  if (!existsSync(file)) {
    response.writeHead(404).end()
    return
  }
  setTimeout(() => {
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', ...(file.includes('/_astro/') ? { 'cache-control': 'public, max-age=31536000, immutable' } : {}), ...(file.endsWith('.woff2') ? {} : { 'content-encoding': coding }) })
    sending.push({ response, bytes: body(file), sent: 0 })
  }, LATENCY_MS)
}).listen(PORT)
const ticker = setInterval(tick, 2)

const browser = await chromium.launch(CHROMIUM)

interface Times { readonly prompt: number; readonly answer: number }
async function firstPrompt(): Promise<Times> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  await page.goto(`http://localhost:${PORT}${path}`, { waitUntil: 'commit' })
  const shown = async (text: string): Promise<number> =>
    Number(await (await page.waitForFunction(`document.querySelector('.xterm-rows')?.textContent.includes(${JSON.stringify(text)}) && performance.now()`, null, { timeout: 60_000, polling: 20 })).jsonValue())
  const prompt = await shown('learner@host')
  await page.focus('.xterm-helper-textarea')
  await page.keyboard.type('q')
  const answer = await shown('$ q')
  await page.context().close()
  sending = []
  return { prompt, answer }
}

process.stdout.write(`first prompt of ${path}, 1.6 Mb/s, ${LATENCY_MS} ms, CPU ÷ 4; budget ${BUDGET_MS} ms\n`)
for (const each of ['gzip', 'br'] as const) {
  coding = each
  await firstPrompt()
  const all: Times[] = []
  for (let i = 0; i < TIMES; i++) all.push(await firstPrompt())
  for (const [what, times] of [['prompt', all.map(time => time.prompt)], ['answer', all.map(time => time.answer)]] as const) {
    times.sort((a, b) => a - b)
    process.stdout.write(`${each.padEnd(5)} ${what} median ${times[Math.floor(TIMES / 2)]?.toFixed(0)} ms   (${times.map(time => time.toFixed(0)).join(' ')})\n`)
  }
}
await browser.close()
clearInterval(ticker)
server.close()
