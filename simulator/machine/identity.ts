// Who sits down at the machine: the environment and credentials a login program would set up for a user of /etc/passwd.
import { CAP_EMPTY } from '../abi/capability.ts'
import { type Cred, initCred } from '../kernel/cred/cred.ts'
import { kgid, kuid } from '../kernel/cred/ids.ts'
import type { UserNamespace } from '../kernel/ns/user-namespace.ts'

export interface Identity {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Finds a user in the text of /etc/passwd. */
export function identityOf(passwd: string, user: string): Identity | undefined {
  for (const line of passwd.split('\n')) {
    const [name, , uid, gid, , home, shell] = line.split(':')
    if (name === user) return { name, uid: Number(uid), gid: Number(gid), home, shell: shell === undefined || shell === '' ? '/bin/sh' : shell }
  }
  return undefined
}

export function environmentOf(who: Identity): readonly string[] {
  return [`PATH=${PATH}`, 'TERM=xterm-256color', 'LANG=C.UTF-8', `HOME=${who.home}`, `USER=${who.name}`, `LOGNAME=${who.name}`, `SHELL=${who.shell}`]
}

/** Credentials after setgroups, setgid and setuid by a root login program: no supplementary groups; capabilities go with uid 0. */
export function credOf(userNs: UserNamespace, who: Identity): Cred {
  const uid = kuid(who.uid)
  const gid = kgid(who.gid)
  const root = initCred(userNs)
  const ids = { uid, euid: uid, suid: uid, fsuid: uid, gid, egid: gid, sgid: gid, fsgid: gid }
  return who.uid === 0 ? { ...root, ...ids } : { ...root, ...ids, permitted: CAP_EMPTY, effective: CAP_EMPTY }
}
