// The image `debian:12`: a minimal Debian whose programs are the host's, as far as it has them; and `nginx`, the same with another command.
import { ACCOUNT_FILES } from '../host-accounts.ts'
import { IMAGE_TIME, OS_RELEASE } from '../host.ts'
import { LOGIN_FILES } from '../host-login.ts'
import { NETWORK_FILES } from '../host-network.ts'
import { SYSTEM_FILES } from '../host-system.ts'
import { DEBIAN_GROUP, DEBIAN_PASSWD, gshadowOf, shadowOf } from '../debian-accounts.ts'
import { type ImageNode, ImageBuilder } from '../image.ts'
import { NGINX_FILES, NGINX_LINKS } from '../nginx-files.ts'
import { ALL_PACKAGES } from '../packages.ts'
import { addPrograms } from '../debian-programs.ts'
import type { ContainerImage, ImageLayer } from './container-image.ts'
import {
  DEBIAN_BASH_BASHRC, DEBIAN_BIN, DEBIAN_DIRECTORIES, DEBIAN_LINKS, DEBIAN_ROOT_BASHRC, DEBIAN_ROOT_PROFILE, DEBIAN_SBIN, DEBIAN_SHARED_FILES,
  DEBIAN_SPECIAL_DIRECTORIES,
} from './debian-tree.ts'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)
const SHELLS = '# /etc/shells: valid login shells\n/bin/sh\n/usr/bin/sh\n/bin/bash\n/usr/bin/bash\n/bin/rbash\n/usr/bin/rbash\n/bin/dash\n/usr/bin/dash\n'

/** Days since 1970 when the image's accounts were made. */
export const ACCOUNTS_MADE = 20437

/** A minimal Debian as a builder, to which other images add. */
export function debianBase(): ImageBuilder {
  const image = new ImageBuilder(IMAGE_TIME)
  for (const path of words(DEBIAN_DIRECTORIES)) image.dir(path)
  for (const [path, mode, uid, gid] of DEBIAN_SPECIAL_DIRECTORIES) image.dir(path, { mode, uid, gid })
  for (const [path, target] of DEBIAN_LINKS) image.symlink(path, target)
  for (const file of [...ACCOUNT_FILES, ...LOGIN_FILES, ...NETWORK_FILES, ...SYSTEM_FILES]) if (DEBIAN_SHARED_FILES.has(file.path)) image.file(file.path, file.content, file)
  image.file('/etc/bash.bashrc', DEBIAN_BASH_BASHRC)
  image.file('/etc/passwd', DEBIAN_PASSWD)
  image.file('/etc/passwd-', DEBIAN_PASSWD, { mode: 0o600 })
  image.file('/etc/group', DEBIAN_GROUP)
  image.file('/etc/group-', DEBIAN_GROUP)
  image.file('/etc/shadow', shadowOf(DEBIAN_PASSWD, ACCOUNTS_MADE), { mode: 0o640, gid: 42 })
  image.file('/etc/gshadow', gshadowOf(DEBIAN_GROUP), { mode: 0o640, gid: 42 })
  image.file('/etc/subuid', '')
  image.file('/etc/subgid', '')
  image.file('/etc/shells', SHELLS)
  image.file('/etc/hostname', 'host\n')
  image.file('/etc/resolv.conf', 'nameserver 127.0.0.1\n')
  image.file('/usr/lib/os-release', OS_RELEASE)
  image.file('/root/.bashrc', DEBIAN_ROOT_BASHRC)
  image.file('/root/.profile', DEBIAN_ROOT_PROFILE)
  const names = new Set([...words(DEBIAN_BIN).map((name) => `/usr/bin/${name}`), ...words(DEBIAN_SBIN).map((name) => `/usr/sbin/${name}`)])
  addPrograms(image, ALL_PACKAGES, { wants: (path) => names.has(path), capabilities: false })
  return image
}

function tree(): readonly ImageNode[] {
  const image = debianBase()
  for (const file of NGINX_FILES) image.file(file.path, file.content, file)
  for (const [path, target] of NGINX_LINKS) image.symlink(path, target)
  return image.nodes()
}

/** What images built from debian:12 begin with. */
export const DEBIAN_LAYER: ImageLayer = { digest: 'sha256:89f830535ea40b1aa0d1cdee3d15d45aeed376efe2f7283bda4fa38eb122ff0c', size: 92303387, tree }
const IMPORTED = '2025-12-15T10:00:01.203554853Z'

export const debianImage: ContainerImage = {
  repository: 'debian', tag: '12', created: IMPORTED, config: { Cmd: ['bash'] }, history: [{ created: IMPORTED, comment: 'Imported from -' }], layers: [DEBIAN_LAYER],
}

export const nginxImage: ContainerImage = {
  repository: 'nginx', tag: 'latest', created: '2025-12-15T10:00:05.848010104Z',
  config: { ExposedPorts: { '80/tcp': {} }, Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['nginx', '-g', 'daemon off;'] },
  history: [
    { created: IMPORTED, comment: 'Imported from -' },
    { created: '2025-12-15T10:00:04.548010104Z', created_by: '/bin/sh -c #(nop)  EXPOSE 80', empty_layer: true },
    { created: '2025-12-15T10:00:05.848010104Z', created_by: '/bin/sh -c #(nop)  CMD ["nginx" "-g" "daemon off;"]', empty_layer: true },
  ],
  layers: [DEBIAN_LAYER],
}
