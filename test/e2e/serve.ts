// Serves the built site as a static host does: files, index.html of folders, 404.html.
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'

const root = join(import.meta.dirname, '../../dist')
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.json': 'application/json',
}

createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
  let file = join(root, normalize(path))
  if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html')
  const isFound = file.startsWith(root) && existsSync(file)
  response.writeHead(isFound ? 200 : 404, { 'content-type': isFound ? TYPES[extname(file)] ?? 'application/octet-stream' : 'text/html; charset=utf-8' })
  createReadStream(isFound ? file : join(root, '404.html')).pipe(response)
}).listen(Number(process.argv[2] ?? 4323))
