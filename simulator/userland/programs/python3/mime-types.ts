// The types that Python's mimetypes module knows names of files by, as far as people serve them.
const TYPES: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html'], ['.htm', 'text/html'], ['.txt', 'text/plain'], ['.bat', 'text/plain'], ['.c', 'text/plain'], ['.h', 'text/plain'], ['.ksh', 'text/plain'], ['.pl', 'text/plain'],
  ['.css', 'text/css'], ['.csv', 'text/csv'], ['.js', 'text/javascript'], ['.mjs', 'text/javascript'], ['.json', 'application/json'], ['.xml', 'text/xml'], ['.py', 'text/x-python'],
  ['.png', 'image/png'], ['.jpg', 'image/jpeg'], ['.jpeg', 'image/jpeg'], ['.gif', 'image/gif'], ['.svg', 'image/svg+xml'], ['.ico', 'image/vnd.microsoft.icon'], ['.bmp', 'image/bmp'],
  ['.webm', 'video/webm'], ['.mp4', 'video/mp4'], ['.mp3', 'audio/mpeg'], ['.wav', 'audio/x-wav'], ['.pdf', 'application/pdf'], ['.zip', 'application/zip'], ['.tar', 'application/x-tar'],
  ['.sh', 'application/x-sh'], ['.wasm', 'application/wasm'], ['.doc', 'application/msword'], ['.xls', 'application/vnd.ms-excel'], ['.so', 'application/octet-stream'],
  ['.gz', 'application/gzip'], ['.z', 'application/octet-stream'], ['.bz2', 'application/x-bzip2'], ['.xz', 'application/x-xz'],
])
export function mimeType(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return (dot <= 0 ? undefined : TYPES.get(name.slice(dot).toLowerCase())) ?? 'application/octet-stream'
}
