// The users and groups of the host: Debian's own, those of installed packages, and `learner`, who may use sudo and has 65,536 subordinate ids. The backups with a
// dash are from before `learner` came.
import { DEBIAN_GROUP, DEBIAN_PASSWD, gshadowOf, shadowOf } from './debian-accounts.ts'
import type { ImageFile } from './image.ts'

/** Days since 1970 when the system was installed. */
const INSTALLED = 20779
const SECRET = { mode: 0o640, gid: 42 } as const

const PACKAGE_USERS = `uuidd:x:100:101::/run/uuidd:/usr/sbin/nologin
tcpdump:x:101:106::/nonexistent:/usr/sbin/nologin
`
const PACKAGE_GROUPS = ['uuidd', 'input', 'sgx', 'kvm', 'render', 'tcpdump', 'docker']
const FIRST_PACKAGE_GID = 101

const passwd = DEBIAN_PASSWD + PACKAGE_USERS
const group = DEBIAN_GROUP + PACKAGE_GROUPS.map((name, i) => `${name}:x:${FIRST_PACKAGE_GID + i}:\n`).join('')
const shadow = `${shadowOf(DEBIAN_PASSWD, INSTALLED)}uuidd:!:${INSTALLED}::::::\ntcpdump:!:${INSTALLED}::::::\n`
const gshadow = gshadowOf(DEBIAN_GROUP) + PACKAGE_GROUPS.map((name) => `${name}:!::\n`).join('')

export const ACCOUNT_FILES: readonly ImageFile[] = [
  { path: '/etc/group', content: `${group}learner:x:1000:\n` },
  { path: '/etc/group-', content: group },
  { path: '/etc/gshadow', ...SECRET, content: `${gshadow}learner:!::\n` },
  { path: '/etc/gshadow-', ...SECRET, content: gshadow },
  { path: '/etc/passwd', content: `${passwd}learner:x:1000:1000::/home/learner:/bin/bash\n` },
  { path: '/etc/passwd-', content: passwd },
  { path: '/etc/shadow', ...SECRET, content: `${shadow}learner:!:${INSTALLED}:0:99999:7:::\n` },
  { path: '/etc/shadow-', ...SECRET, content: shadow },
  { path: '/etc/subgid', content: 'learner:100000:65536\n' },
  { path: '/etc/subgid-', content: '' },
  { path: '/etc/subuid', content: 'learner:100000:65536\n' },
  { path: '/etc/subuid-', content: '' },
]
