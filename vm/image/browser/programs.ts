// Which programs of which Debian packages the page's machine has. Everything is paid for in the download, so: what lessons and curious
// learners use, and no more. Libraries follow from the programs (root-tree.ts).

/** Debian package → names of its programs in /usr/bin or /usr/sbin; links among them are kept as links. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  'acl': 'getfacl setfacl',
  'attr': 'getfattr setfattr',
  'bash': 'bash',
  'bridge-utils': 'brctl',
  'bsdextrautils': 'col column hexdump hd look ul write',
  'bsdutils': 'renice script scriptreplay',
  'bubblewrap': 'bwrap',
  'busybox-static': 'busybox',
  'conntrack': 'conntrack',
  'coreutils': `[ arch b2sum base64 basename cat chgrp chmod chown chroot comm cp cut date dd df dir dirname du echo env expand expr false fmt fold
    groups head id install join link ln logname ls md5sum mkdir mkfifo mknod mktemp mv nice nl nohup nproc numfmt od paste pathchk printenv printf pwd readlink
    realpath rm rmdir seq sha1sum sha256sum sha512sum shuf sleep sort split stat stdbuf stty sum sync tac tail tee test timeout touch tr true truncate tty
    uname unexpand uniq unlink users wc who whoami yes`,
  'crun': 'crun',
  'dash': 'dash sh',
  'debianutils': 'which.debianutils tempfile run-parts',
  'diffutils': 'cmp diff',
  'findutils': 'find xargs',
  'grep': 'grep egrep fgrep',
  'gzip': 'gzip gunzip zcat',
  'hostname': 'hostname dnsdomainname domainname nisdomainname ypdomainname',
  'iproute2': 'bridge ip nstat ss tc',
  'iptables': `xtables-nft-multi iptables-nft iptables-nft-restore iptables-nft-save ip6tables-nft ip6tables-nft-restore ip6tables-nft-save`,
  'iputils-ping': 'ping ping4 ping6',
  'less': 'less lessecho',
  'libc-bin': 'getconf getent ldd locale',
  'libcap2-bin': 'capsh getcap getpcaps setcap',
  'login': 'login newgrp nologin sg',
  'mawk': 'mawk',
  'mount': 'losetup mount umount',
  'nano': 'nano',
  'ncurses-bin': 'clear reset tput tset',
  'netcat-openbsd': 'nc.openbsd',
  'nftables': 'nft',
  'procps': 'free kill pgrep pkill pmap ps pwdx sysctl top uptime vmstat w watch',
  'psmisc': 'fuser killall pstree',
  'sed': 'sed',
  'strace': 'strace',
  'sudo': 'sudo sudoedit',
  'sysvinit-utils': 'killall5 pidof',
  'tar': 'tar',
  'traceroute': 'traceroute.db',
  'tree': 'tree',
  'uidmap': 'getsubids newgidmap newuidmap',
  'util-linux': `blkid blockdev choom chrt dmesg fallocate findmnt flock getopt ionice ipcmk ipcrm ipcs lsblk lscpu lsfd     lslocks lsns mcookie mesg more mountpoint namei nsenter pivot_root prlimit rename.ul rev runuser setarch linux32 linux64 i386 setpriv
    setsid setterm su switch_root taskset unshare whereis `,
  'uuid-runtime': 'uuidgen',
  'xxd': 'xxd',
}

/** Files of the packages that programs open while they run: paths from the root, a folder with all that is in it. */
export const DATA: readonly string[] = [
  '/usr/lib/locale/C.utf8',
  '/usr/libexec/sudo/sudoers.so', '/usr/libexec/sudo/libsudo_util.so.0', '/usr/libexec/sudo/libsudo_util.so.0.0.0', '/usr/libexec/sudo/sesh', '/usr/libexec/sudo/sudo_noexec.so',
  '/usr/share/iptables/iptables.xslt',
  '/etc/ethertypes', '/etc/nanorc', '/etc/security/limits.conf', '/etc/security/pam_env.conf',
  ...['cons25', 'linux', 'pcansi', 'screen', 'screen-256color', 'tmux', 'tmux-256color', 'vt100', 'vt220', 'xterm', 'xterm-256color', 'xterm-color', 'xterm-mono'].map((name) => `/usr/lib/terminfo/${name.charAt(0)}/${name}`),
  '/usr/lib/terminfo/d/dumb', '/usr/lib/terminfo/a/ansi',
  ...['deny', 'env', 'keyinit', 'limits', 'mail', 'permit', 'rootok', 'unix', 'umask'].map((name) => `/usr/lib/i386-linux-gnu/security/pam_${name}.so`),
  '/usr/sbin/unix_chkpwd',
  // What the kernel has matches and targets for, and what is translated to nft without one.
  ...['CONNMARK', 'DNAT', 'LOG', 'MARK', 'MASQUERADE', 'NAT', 'NOTRACK', 'REDIRECT', 'SNAT', 'TCPMSS', 'TRACE', 'addrtype', 'comment', 'connlimit', 'connmark', 'conntrack', 'iprange', 'length',
    'limit', 'mac', 'mark', 'multiport', 'owner', 'physdev', 'pkttype', 'standard', 'state', 'statistic', 'tcp', 'udp'].map((name) => `/usr/lib/i386-linux-gnu/xtables/libxt_${name}.so`),
  ...['libipt_REJECT', 'libipt_TTL', 'libipt_icmp', 'libipt_ttl', 'libip6t_REJECT', 'libip6t_icmp6', 'libip6t_ipv6header'].map((name) => `/usr/lib/i386-linux-gnu/xtables/${name}.so`),
]

/** Packages that bring data or libraries only found while running. */
export const DATA_PACKAGES: readonly string[] = ['ncurses-base', 'libpam-modules', 'libpam-modules-bin', 'libpam-runtime', 'netbase']
