// The json-file log driver: one JSON object a line, read again for `docker logs`.
import { isErr } from '../../../../abi/errno.ts'
import { O_APPEND, O_CREAT, O_WRONLY } from '../../../../abi/fcntl.ts'
import type { Flow } from '../../../../abi/syscalls.ts'
import { concatBytes, decodeUtf8, EMPTY_BYTES, encodeUtf8 } from '../../../../lib/bytes.ts'
import { close, open, readFile, writeAll } from '../../../libc/unistd.ts'
import { frame } from '../stdcopy.ts'
import { serverError } from './api-error.ts'
import type { Container } from './container.ts'
import type { Daemon } from './daemon.ts'
import type { Exchange } from './http-server.ts'
import type { ProcessStreams, StreamName } from './streams.ts'
import { timestamp } from './util.ts'

const NEWLINE = 10

interface LogLine {
  readonly log: string
  readonly stream: StreamName
  readonly time: string
}

/** Opens the log and lets what the process writes go into it, line by line. */
export function* makeLog(_daemon: Daemon, container: Container, streams: ProcessStreams): Flow<void> {
  container.flushLog = undefined
  if (container.hostConfig.LogConfig.Type === 'none') return
  const fd = yield* open(container.logPath, O_WRONLY | O_CREAT | O_APPEND, 0o640)
  if (isErr(fd)) return
  const rest = new Map<StreamName, Uint8Array>()
  const put = function* (stream: StreamName, line: Uint8Array): Flow<void> {
    const entry: LogLine = { log: decodeUtf8(line), stream, time: yield* timestamp() }
    yield* writeAll(fd, encodeUtf8(`${JSON.stringify(entry)}\n`))
  }
  streams.watchers.add({
    *take(stream, data) {
      let bytes = concatBytes([rest.get(stream) ?? EMPTY_BYTES, data])
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE)) {
        yield* put(stream, bytes.subarray(0, end + 1))
        bytes = bytes.subarray(end + 1)
      }
      rest.set(stream, bytes)
      container.logged.wake()
    },
  })
  container.flushLog = function* () {
    for (const [stream, bytes] of rest) if (bytes.length > 0) yield* put(stream, bytes)
    rest.clear()
    yield* close(fd)
    container.flushLog = undefined
    container.logged.wake()
  }
}

function* readLines(container: Container): Flow<readonly LogLine[]> {
  const text = yield* readFile(container.logPath)
  if (isErr(text)) return []
  return text.split('\n').filter((l) => l !== '').map((l) => JSON.parse(l) as LogLine)
}

/** `1700000000`, `1700000000.5` or RFC 3339 as nanoseconds, comparable as text of the log's times only after this. */
const seconds = (text: string): number => (text === '' ? Number.NaN : Number(text))
const lineSeconds = (line: LogLine): number => {
  const m = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)(\.\d+)?Z$/.exec(line.time)
  if (m === null) return 0
  const [year, month, day, hour, min, sec] = m.slice(1, 7).map(Number)
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yoe = y - era * 400
  const doy = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const days = era * 146097 + yoe * 365 + Math.floor(yoe / 4) - Math.floor(yoe / 100) + doy - 719468
  return days * 86400 + hour * 3600 + min * 60 + sec + Number(m[7] ?? 0)
}

/** GET /containers/ID/logs */
export function* sendLogs(container: Container, exchange: Exchange): Flow<void> {
  const names = (['stdout', 'stderr'] as const).filter((s) => exchange.flag(s))
  if (names.length === 0) throw serverError('Bad parameters: you must choose at least one stream')
  if (container.hostConfig.LogConfig.Type === 'none') throw serverError('configured logging driver does not support reading')
  const since = seconds(exchange.get('since'))
  const until = seconds(exchange.get('until'))
  const wanted = (line: LogLine): boolean => {
    if (!names.includes(line.stream)) return false
    const at = lineSeconds(line)
    return !(since > 0 && at < since) && !(until > 0 && at > until)
  }
  const tail = exchange.get('tail')
  let lines = yield* readLines(container)
  let seen = lines.length
  let shown = lines.filter(wanted)
  if (/^\d+$/.test(tail)) shown = Number(tail) === 0 ? [] : shown.slice(-Number(tail))
  yield* exchange.startStream('application/vnd.docker.raw-stream')
  const send = function* (some: readonly LogLine[]): Flow<void> {
    for (const line of some) {
      const data = encodeUtf8(`${exchange.flag('timestamps') ? `${padTime(line.time)} ` : ''}${line.log}`)
      yield* exchange.stream(container.config.Tty ? data : frame(line.stream === 'stdout' ? 1 : 2, data))
    }
  }
  yield* send(shown)
  while (exchange.flag('follow') && !exchange.isBroken && !container.isGone) {
    if (!container.state.running && container.flushLog === undefined) break
    yield* exchange.rt.readableOr(exchange.fd, container.logged)
    lines = yield* readLines(container)
    yield* send(lines.slice(seen).filter(wanted))
    if (lines.length === seen && container.state.running) break
    seen = lines.length
  }
}
/** jsonmessage.RFC3339NanoFixed: always nine digits */
const padTime = (time: string): string => time.replace(/(?:\.(\d+))?Z$/, (_, f: string | undefined) => `.${(f ?? '').padEnd(9, '0')}Z`)
