// What http.server answers (Lib/http/server.py, SimpleHTTPRequestHandler): files, directory listings, errors.
import { isErr } from '../../../abi/errno.ts'
import { O_RDONLY } from '../../../abi/fcntl.ts'
import { isDir, isLnk, isReg } from '../../../abi/stat.ts'
import type { Flow } from '../../../abi/syscalls.ts'
import { decodeUtf8, encodeUtf8 } from '../../../lib/bytes.ts'
import { close, lstat, open, readDir, readToEnd, stat } from '../../libc/unistd.ts'
import { call } from '../../libc/syscall.ts'
import { strftime } from '../../libc/time.ts'
import { mimeType } from './mime-types.ts'

export interface Answer {
  readonly status: number
  readonly reason: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Uint8Array
  /** What the log says before the request line. */
  readonly complaint?: string
}
/** Short and long words of the status codes used here (http.HTTPStatus). */
const MEANINGS: ReadonlyMap<number, readonly [short: string, long: string]> = new Map([
  [400, ['Bad Request', 'Bad request syntax or unsupported method']], [404, ['Not Found', 'Nothing matches the given URI']], [403, ['Forbidden', 'Request forbidden -- authorization will not help']],
  [414, ['Request-URI Too Long', 'URI is too long']], [501, ['Not Implemented', 'Server does not support this operation']], [505, ['HTTP Version Not Supported', 'Cannot fulfill request']],
])
export const httpDate = (seconds: number): string => strftime('%a, %d %b %Y %H:%M:%S GMT', seconds)
export function* now(): Flow<number> {
  const t = yield* call('clock_gettime', 0)
  return isErr(t) ? 0 : t.sec
}
const escapeHtml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
/** urllib.parse.quote */
const quote = (text: string): string =>
  [...encodeUtf8(text)].map((b) => (/[A-Za-z0-9_.\-~/]/.test(String.fromCharCode(b)) ? String.fromCharCode(b) : `%${b.toString(16).toUpperCase().padStart(2, '0')}`)).join('')
function unquote(text: string): string {
  const bytes: number[] = []
  const raw = encodeUtf8(text)
  for (let i = 0; i < raw.length; i++) {
    const hex = decodeUtf8(raw.subarray(i + 1, i + 3))
    if (raw[i] === 0x25 && /^[0-9A-Fa-f]{2}$/.test(hex)) {
      bytes.push(Number.parseInt(hex, 16))
      i += 2
    } else bytes.push(raw[i])
  }
  return decodeUtf8(Uint8Array.from(bytes))
}

/** send_error */
export function errorAnswer(status: number, message: string | undefined): Answer {
  const [short, long] = MEANINGS.get(status) ?? ['???', '???']
  const said = message ?? short
  const body = `<!DOCTYPE HTML>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <title>Error response</title>
    </head>
    <body>
        <h1>Error response</h1>
        <p>Error code: ${status}</p>
        <p>Message: ${escapeHtml(said)}.</p>
        <p>Error code explanation: ${status} - ${escapeHtml(long)}.</p>
    </body>
</html>
`
  const bytes = encodeUtf8(body)
  return {
    status, reason: said, headers: [['Connection', 'close'], ['Content-Type', 'text/html;charset=utf-8'], ['Content-Length', String(bytes.length)]], body: bytes, complaint: `code ${status}, message ${said}`,
  }
}

/** translate_path: no way out of the directory. */
function pathOf(root: string, target: string): string {
  const path = unquote(target.replace(/[?#].*$/s, ''))
  const words: string[] = []
  for (const word of path.split('/')) {
    if (word === '' || word === '.') continue
    if (word === '..') words.pop()
    else words.push(word)
  }
  return [root, ...words].join('/') + (path.endsWith('/') && words.length > 0 ? '/' : '')
}

/** list_directory */
function* listing(path: string, target: string): Flow<Answer> {
  const entries = yield* readDir(path)
  if (isErr(entries)) return errorAnswer(404, 'No permission to list directory')
  const title = `Directory listing for ${escapeHtml(unquote(target.replace(/[?#].*$/s, '')))}`
  const lines = ['<!DOCTYPE HTML>', '<html lang="en">', '<head>', '<meta charset="utf-8">', `<title>${title}</title>`, '</head>', '<body>', `<h1>${title}</h1>`, '<hr>', '<ul>']
  const names = entries.map((e) => e.name).filter((name) => name !== '.' && name !== '..')
  const keyed = names.map((name) => ({ name, key: name.toLowerCase() })).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  for (const { name } of keyed) {
    const full = `${path.replace(/\/$/, '')}/${name}`
    const followed = yield* stat(full)
    const own = yield* lstat(full)
    const directory = !isErr(followed) && isDir(followed.mode)
    const shown = !isErr(own) && isLnk(own.mode) ? `${name}@` : directory ? `${name}/` : name
    lines.push(`<li><a href="${quote(directory ? `${name}/` : name)}">${escapeHtml(shown)}</a></li>`)
  }
  const body = encodeUtf8([...lines, '</ul>', '<hr>', '</body>', '</html>', ''].join('\n'))
  return { status: 200, reason: 'OK', headers: [['Content-type', 'text/html; charset=utf-8'], ['Content-Length', String(body.length)]], body }
}

/** do_GET; do_HEAD leaves out the body. */
export function* fileAnswer(root: string, target: string, ifModifiedSince: string | undefined): Flow<Answer> {
  let path = pathOf(root, target)
  const st = yield* stat(path)
  if (!isErr(st) && isDir(st.mode)) {
    const [bare, query] = target.split('?')
    if (!bare.endsWith('/')) {
      const location = `${bare}/${query === undefined ? '' : `?${query}`}`
      return { status: 301, reason: 'Moved Permanently', headers: [['Location', location], ['Content-Length', '0']], body: new Uint8Array(0) }
    }
    let index: string | undefined
    for (const name of ['index.html', 'index.htm']) {
      const found = yield* stat(`${path.replace(/\/$/, '')}/${name}`)
      if (!isErr(found) && isReg(found.mode)) {
        index = `${path.replace(/\/$/, '')}/${name}`
        break
      }
    }
    if (index === undefined) return yield* listing(path, target)
    path = index
  }
  if (path.endsWith('/')) return errorAnswer(404, 'File not found')
  const fd = yield* open(path, O_RDONLY)
  const info = yield* stat(path)
  if (isErr(fd) || isErr(info)) return errorAnswer(404, 'File not found')
  const data = yield* readToEnd(fd)
  yield* close(fd)
  const modified = httpDate(Math.floor(info.mtime / 1000))
  if (ifModifiedSince === modified) return { status: 304, reason: 'Not Modified', headers: [], body: new Uint8Array(0) }
  const body = isErr(data) ? new Uint8Array(0) : data
  return { status: 200, reason: 'OK', headers: [['Content-type', mimeType(path)], ['Content-Length', String(body.length)], ['Last-Modified', modified]], body }
}
