// /etc/apparmor.d of the host: the abstractions and tunables that profiles include, as Debian's apparmor 3.0.8 rules them, without its comments and what needs D-Bus.
import type { ImageFile } from './image.ts'

export const APPARMOR_FILES: readonly ImageFile[] = [
  { path: '/etc/apparmor.d/abstractions/base', content: `  abi <abi/3.0>,
  /dev/log w,
  /dev/random r,
  /dev/urandom r,
  @{run}/uuidd/request r,
  @{etc_ro}/locale/** r,
  @{etc_ro}/locale.alias r,
  @{etc_ro}/localtime r,
  /etc/writable/localtime r,
  /usr/share/locale-bundle/** r,
  /usr/share/locale-langpack/** r,
  /usr/share/locale/** r,
  /usr/share/**/locale/** r,
  /usr/share/zoneinfo/ r,
  /usr/share/zoneinfo/** r,
  /usr/share/X11/locale/** r,
  @{run}/systemd/journal/dev-log w,
  @{run}/systemd/journal/socket w,
  @{run}/systemd/journal/stdout rw,
  /usr/lib{,32,64}/locale/** mr,
  /usr/lib{,32,64}/gconv/*.so mr,
  /usr/lib{,32,64}/gconv/gconv-modules* mr,
  /usr/lib/@{multiarch}/gconv/*.so mr,
  /usr/lib/@{multiarch}/gconv/gconv-modules* mr,
  @{etc_ro}/bindresvport.blacklist r,
  @{etc_ro}/ld.so.cache mr,
  @{etc_ro}/ld.so.conf r,
  @{etc_ro}/ld.so.conf.d/{,*.conf} r,
  @{etc_ro}/ld.so.preload r,
  /{usr/,}lib{,32,64}/ld{,32,64}-*.so mr,
  /{usr/,}lib/@{multiarch}/ld{,32,64}-*.so mr,
  /{usr/,}lib/tls/i686/{cmov,nosegneg}/ld-*.so mr,
  /{usr/,}lib/i386-linux-gnu/tls/i686/{cmov,nosegneg}/ld-*.so mr,
  /opt/*-linux-uclibc/lib/ld-uClibc*so* mr,
  /{usr/,}lib{,32,64}/** r,
  /{usr/,}lib{,32,64}/**.so* mr,
  /{usr/,}lib/@{multiarch}/** r,
  /{usr/,}lib/@{multiarch}/**.so* mr,
  /{usr/,}lib/tls/i686/{cmov,nosegneg}/*.so* mr,
  /{usr/,}lib/i386-linux-gnu/tls/i686/{cmov,nosegneg}/*.so* mr,
  /{usr/,}lib{,32,64}/.lib*.so*.hmac r,
  /{usr/,}lib/@{multiarch}/.lib*.so*.hmac r,
  /dev/null rw,
  /dev/zero rw,
  /dev/full rw,
  @{PROC}/sys/kernel/version r,
  @{PROC}/sys/kernel/ngroups_max r,
  @{PROC}/meminfo r,
  @{PROC}/stat r,
  @{PROC}/cpuinfo r,
  @{sys}/devices/system/cpu/ r,
  @{sys}/devices/system/cpu/online r,
  @{sys}/devices/system/cpu/possible r,
  @{PROC}/@{pid}/{maps,auxv,status} r,
  @{PROC}/sys/crypto/* r,
  /usr/share/common-licenses/** r,
  @{PROC}/filesystems r,
  @{PROC}/sys/vm/overcommit_memory r,
  @{PROC}/sys/kernel/cap_last_cap r,
  ptrace (readby),
  ptrace (tracedby),
  ptrace (read) peer=@{profile_name},
  signal (receive) peer=unconfined,
  signal peer=@{profile_name},
  signal (receive, send) set=("exists"),
  unix peer=(label=@{profile_name}),
  unix (receive) peer=(label=unconfined),
  unix (create),
  unix (getattr, getopt, setopt, shutdown),
  owner @{HOME}/.Private/ r,
  owner @{HOME}/.Private/** mrixwlk,
  owner @{HOMEDIRS}/.ecryptfs/*/.Private/ r,
  owner @{HOMEDIRS}/.ecryptfs/*/.Private/** mrixwlk,
  include if exists <abstractions/base.d>
` },
  { path: '/etc/apparmor.d/abstractions/consoles', content: `  abi <abi/3.0>,
  /dev/console rw,
  /dev/tty rw,
  /dev/pts/[0-9]* rw,
  /dev/pts/ r,
  include if exists <abstractions/consoles.d>
` },
  { path: '/etc/apparmor.d/abstractions/nameservice', content: `  abi <abi/3.0>,
  @{etc_ro}/group r,
  @{etc_ro}/host.conf r,
  @{etc_ro}/hosts r,
  @{etc_ro}/nsswitch.conf r,
  @{etc_ro}/gai.conf r,
  @{etc_ro}/passwd r,
  @{etc_ro}/protocols r,
  @{etc_ro}/netconfig r,
  /var/lib/extrausers/group r,
  /var/lib/extrausers/passwd r,
  /var/lib/sss/mc/group r,
  /var/lib/sss/mc/initgroups r,
  /var/lib/sss/mc/passwd r,
  /var/lib/sss/pipes/nss rw,
  @{etc_ro}/resolv.conf r,
  @{run}/{resolvconf,NetworkManager,systemd/resolve,connman,netconfig}/resolv.conf r,
  @{etc_ro}/resolvconf/run/resolv.conf r,
  @{run}/systemd/resolve/stub-resolv.conf r,
  /mnt/wsl/resolv.conf r,
  @{etc_ro}/samba/lmhosts r,
  @{etc_ro}/services r,
  /var/lib/misc/*.db r,
  @{run}/.nscd_socket rw,
  @{run}/nscd/socket rw,
  /{var/db,var/cache,var/lib,var/run,run}/nscd/{passwd,group,services,hosts} r,
  @{run}/nscd/db* rmix,
  /{usr/,}lib{,32,64}/libnss_*.so* mr,
  /{usr/,}lib/@{multiarch}/libnss_*.so* mr,
  @{etc_ro}/default/nss r,
  @{run}/avahi-daemon/socket rw,
  @{PROC}/@{pid}/net/psched r,
  @{etc_ro}/libnl-*/classid r,
  network inet stream,
  network inet6 stream,
  network inet dgram,
  network inet6 dgram,
  network netlink raw,
  @{PROC}/@{pid}/net/route r,
  include if exists <abstractions/nameservice.d>
` },
  { path: '/etc/apparmor.d/abstractions/bash', content: `  abi <abi/3.0>,
  @{HOMEDIRS} r,
  @{HOME}/.bashrc r,
  @{HOME}/.profile r,
  @{HOME}/.bash_profile r,
  @{HOME}/.bash_history rw,
  /etc/profile.dos r,
  /etc/profile r,
  /etc/profile.d/ r,
  /etc/profile.d/* r,
  /etc/bashrc r,
  /etc/bash.bashrc r,
  /etc/bash.bashrc.local r,
  /etc/bash_completion r,
  /etc/bash_completion.d/ r,
  /etc/bash_completion.d/* r,
  /etc/inputrc r,
  /etc/mtab r,
  @{PROC}/@{pid}/mounts r,
  @{PROC}/filesystems r,
  /usr/share/terminfo/** r,
  /etc/DIR_COLORS r,
  /{usr/,}bin/ls mix,
  /usr/bin/dircolors mix,
  include if exists <abstractions/bash.d>
` },
  { path: '/etc/apparmor.d/tunables/alias', content: `
` },
  { path: '/etc/apparmor.d/tunables/apparmorfs', content: `include <tunables/securityfs>
@{apparmorfs}=@{securityfs}/apparmor/
` },
  { path: '/etc/apparmor.d/tunables/etc', content: `@{etc_ro}=/etc/ /usr/etc/
@{etc_rw}=/etc/
include if exists <tunables/etc.d>
` },
  { path: '/etc/apparmor.d/tunables/global', content: `include <tunables/home>
include <tunables/multiarch>
include <tunables/proc>
include <tunables/alias>
include <tunables/kernelvars>
include <tunables/xdg-user-dirs>
include <tunables/share>
include <tunables/etc>
include <tunables/run>
` },
  { path: '/etc/apparmor.d/tunables/home', content: `@{HOME}=@{HOMEDIRS}/*/ /root/
@{HOMEDIRS}=/home/
` },
  { path: '/etc/apparmor.d/tunables/kernelvars', content: `@{pid}={[1-9],[1-9][0-9],[1-9][0-9][0-9],[1-9][0-9][0-9][0-9],[1-9][0-9][0-9][0-9][0-9],[1-9][0-9][0-9][0-9][0-9][0-9],[1-4][0-9][0-9][0-9][0-9][0-9][0-9]}
@{tid}=@{pid}
@{pids}=@{pid}
@{uid}={[0-9],[1-9][0-9],[1-9][0-9][0-9],[1-9][0-9][0-9][0-9],[1-9][0-9][0-9][0-9][0-9],[1-9][0-9][0-9][0-9][0-9][0-9],[1-9][0-9][0-9][0-9][0-9][0-9][0-9],[1-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9],[1-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9],[1-4][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]}
@{uids}=@{uid}
@{sys}=/sys/
` },
  { path: '/etc/apparmor.d/tunables/multiarch', content: `@{multiarch}=*-linux-gnu*
` },
  { path: '/etc/apparmor.d/tunables/proc', content: `@{PROC}=/proc/
` },
  { path: '/etc/apparmor.d/tunables/run', content: `@{run}=/run/ /var/run/
` },
  { path: '/etc/apparmor.d/tunables/securityfs', content: `@{securityfs}=@{sys}/kernel/security/
` },
  { path: '/etc/apparmor.d/tunables/share', content: `@{flatpak_exports_root} = {flatpak/exports,flatpak/{app,runtime}/*/*/*/*/export}
@{system_share_dirs} = /{usr,usr/local,var/lib/@{flatpak_exports_root}}/share
@{user_share_dirs} = @{HOME}/.local{,/share/@{flatpak_exports_root}}/share
` },
  { path: '/etc/apparmor.d/tunables/sys', content: `
` },
  { path: '/etc/apparmor.d/tunables/xdg-user-dirs', content: `@{XDG_DESKTOP_DIR}="Desktop"
@{XDG_DOWNLOAD_DIR}="Downloads"
@{XDG_TEMPLATES_DIR}="Templates"
@{XDG_PUBLICSHARE_DIR}="Public"
@{XDG_DOCUMENTS_DIR}="Documents"
@{XDG_MUSIC_DIR}="Music"
@{XDG_PICTURES_DIR}="Pictures"
@{XDG_VIDEOS_DIR}="Videos"
` },
  { path: '/etc/apparmor/parser.conf', content: '' },
]
