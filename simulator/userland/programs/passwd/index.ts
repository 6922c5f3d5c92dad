// Debian's package passwd: accounts, groups and passwords.
import type { ProgramPackage } from '../../program-table.ts'
import { chage } from './chage.ts'
import { chfn, gpasswd, groupmod } from './gpasswd.ts'
import { chpasswd, passwd } from './passwd.ts'
import { useradd, userdel } from './useradd.ts'
import { chsh, groupadd, groupdel, usermod } from './usermod.ts'

export const passwdPackage: ProgramPackage = {
  name: 'passwd',
  version: '1:4.13+dfsg1-1+deb12u1',
  programs: [
    { path: '/usr/sbin/useradd', program: useradd, summary: 'makes a new user' },
    { path: '/usr/sbin/userdel', program: userdel, summary: 'removes a user' },
    { path: '/usr/sbin/usermod', program: usermod, summary: 'changes a user' },
    { path: '/usr/sbin/groupadd', program: groupadd, summary: 'makes a new group' },
    { path: '/usr/sbin/groupdel', program: groupdel, summary: 'removes a group' },
    { path: '/usr/sbin/chpasswd', program: chpasswd, summary: 'sets passwords from a list' },
    { path: '/usr/bin/passwd', program: passwd, mode: 0o4755, summary: 'changes a password' },
    { path: '/usr/sbin/groupmod', program: groupmod, summary: 'changes a group' },
    { path: '/usr/bin/gpasswd', program: gpasswd, mode: 0o4755, summary: 'changes who is in a group' },
    { path: '/usr/bin/chage', program: chage, mode: 0o2755, summary: 'shows and changes how long a password is good for' },
    { path: '/usr/bin/chfn', program: chfn, mode: 0o4755, summary: "changes a user's full name" },
    { path: '/usr/bin/chsh', program: chsh, mode: 0o4755, summary: 'changes the login shell' },
  ],
}
