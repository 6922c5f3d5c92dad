// What the image debian:12 of the course has: a minimal Debian 12 with nginx-light, iproute2, procps, curl and iputils-ping. Read off the real one.

/** Names in /usr/bin, links included. */
export const DEBIAN_BIN = `
  [ addpart apt apt-cache apt-cdrom apt-config apt-get apt-key apt-mark arch awk b2sum base32 base64 basename basenc bash bashbug captoinfo cat chage chattr
  chcon chfn chgrp chmod choom chown chrt chsh cksum clear clear_console cmp comm cp csplit ctstat curl cut dash date dd deb-systemd-helper deb-systemd-invoke
  debconf debconf-apt-progress debconf-communicate debconf-copydb debconf-escape debconf-set-selections debconf-show delpart df diff diff3 dir dircolors dirname
  dmesg dnsdomainname domainname dpkg dpkg-deb dpkg-divert dpkg-maintscript-helper dpkg-query dpkg-realpath dpkg-split dpkg-statoverride dpkg-trigger du echo
  egrep env expand expiry expr factor faillog fallocate false fgrep fincore find findmnt flock fmt fold free getconf getent getopt gpasswd gpgv grep groups
  gunzip gzexe gzip hardlink head hostid hostname i386 iconv id infocmp infotocap install ionice ip ipcmk ipcrm ipcs ischroot join kill last lastb lastlog ld.so
  ldd link linux32 linux64 ln lnstat locale localedef logger login logname ls lsattr lsblk lscpu lsfd lsipc lsirq lslocks lslogins lsmem lsns mawk mcookie
  md5sum md5sum.textutils mesg mkdir mkfifo mknod mktemp more mount mountpoint mv namei nawk newgrp nice nisdomainname nl nohup nproc nsenter nstat numfmt od
  pager partx passwd paste pathchk perl perl5.36.0 pgrep pidof pidwait ping ping4 ping6 pinky pkill pldd pmap pr printenv printf prlimit ps ptx pwd pwdx rbash
  rdma readlink realpath rename.ul renice reset resizepart rev rgrep rm rmdir routel rtstat run-parts runcon savelog script scriptlive scriptreplay sdiff sed
  seq setarch setpriv setsid setterm sg sh sha1sum sha224sum sha256sum sha384sum sha512sum shred shuf skill slabtop sleep snice sort split ss stat stdbuf stty
  su sum sync tabs tac tail tar taskset tee tempfile test tic timeout tload toe top touch tput tr true truncate tset tsort tty tzselect uclampset umount uname
  uncompress unexpand uniq unlink unshare update-alternatives uptime users utmpdump vdir vmstat w wall watch wc wdctl whereis which which.debianutils who whoami
  x86_64 xargs yes ypdomainname zcat zcmp zdiff zdump zegrep zfgrep zforce zgrep zless zmore znew
`

/** Names in /usr/sbin, links included. */
export const DEBIAN_SBIN = `
  add-shell addgroup adduser agetty arpd badblocks blkdiscard blkid blkzone blockdev bridge capsh chcpu chgpasswd chmem chpasswd chroot cpgr cppw ctrlaltdel dcb
  debugfs delgroup deluser devlink dpkg-fsys-usrunmess dpkg-preconfigure dpkg-reconfigure dumpe2fs e2freefrag e2fsck e2image e2label e2mmpstatus e2scrub
  e2scrub_all e2undo e4crypt e4defrag faillock filefrag findfs fsck fsck.cramfs fsck.ext2 fsck.ext3 fsck.ext4 fsck.minix fsfreeze fstab-decode fstrim genl
  getcap getpcaps getty groupadd groupdel groupmems groupmod grpck grpconv grpunconv hwclock iconvconfig installkernel invoke-rc.d ip isosize killall5 ldattach
  ldconfig logsave losetup mke2fs mkfs mkfs.bfs mkfs.cramfs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.minix mkhomedir_helper mklost+found mkswap newusers nginx nologin
  pam-auth-update pam_getenv pam_namespace_helper pam_timestamp_check pivot_root pwck pwconv pwhistory_helper pwunconv readprofile remove-shell resize2fs rmt
  rmt-tar rtacct rtcwake rtmon runuser service setcap shadowconfig start-stop-daemon sulogin swaplabel swapoff swapon switch_root sysctl tarcat tc tipc tune2fs
  unix_chkpwd unix_update update-passwd update-rc.d update-shells useradd userdel usermod vdpa vigr vipw wipefs zic zramctl
`

/** Directories below the root, parents first; mode 755 and root's unless said below. */
export const DEBIAN_DIRECTORIES = `
  /boot /dev /etc /etc/alternatives /etc/apt /etc/apt/apt.conf.d /etc/apt/auth.conf.d /etc/apt/keyrings /etc/apt/preferences.d /etc/apt/sources.list.d
  /etc/apt/trusted.gpg.d /etc/cron.d /etc/cron.daily /etc/default /etc/dpkg /etc/dpkg/dpkg.cfg.d /etc/dpkg/origins /etc/gss /etc/gss/mech.d /etc/init.d
  /etc/iproute2 /etc/iproute2/rt_protos.d /etc/iproute2/rt_tables.d /etc/kernel /etc/kernel/postinst.d /etc/ld.so.conf.d /etc/logrotate.d /etc/nginx
  /etc/nginx/conf.d /etc/nginx/modules-available /etc/nginx/modules-enabled /etc/nginx/sites-available /etc/nginx/sites-enabled /etc/nginx/snippets /etc/opt
  /etc/pam.d /etc/profile.d /etc/rc0.d /etc/rc1.d /etc/rc2.d /etc/rc3.d /etc/rc4.d /etc/rc5.d /etc/rc6.d /etc/rcS.d /etc/security /etc/security/limits.d
  /etc/security/namespace.d /etc/selinux /etc/skel /etc/sysctl.d /etc/systemd /etc/systemd/system /etc/systemd/system/multi-user.target.wants
  /etc/systemd/system/timers.target.wants /etc/systemd/user /etc/terminfo /etc/ufw /etc/ufw/applications.d /etc/update-motd.d /home /media /mnt /opt /root /run
  /run/lock /run/mount /srv /tmp /usr /usr/bin /usr/games /usr/include /usr/include/iproute2 /usr/lib /usr/lib/apt /usr/lib/dpkg /usr/lib/init /usr/lib/locale
  /usr/lib/lsb /usr/lib/mime /usr/lib/nginx /usr/lib/sasl2 /usr/lib/sysctl.d /usr/lib/systemd /usr/lib/terminfo /usr/lib/tmpfiles.d /usr/lib/udev
  /usr/lib/x86_64-linux-gnu /usr/lib64 /usr/libexec /usr/libexec/coreutils /usr/libexec/dpkg /usr/local /usr/local/bin /usr/local/etc /usr/local/games
  /usr/local/include /usr/local/lib /usr/local/sbin /usr/local/share /usr/local/share/man /usr/local/src /usr/sbin /usr/share /usr/src /var /var/backups
  /var/cache /var/cache/adduser /var/cache/apt /var/cache/debconf /var/cache/ldconfig /var/lib /var/lib/apt /var/lib/apt/lists /var/lib/apt/mirrors
  /var/lib/apt/mirrors/partial /var/lib/apt/periodic /var/lib/dpkg /var/lib/misc /var/lib/nginx /var/lib/pam /var/lib/systemd
  /var/lib/systemd/deb-systemd-helper-enabled /var/lib/systemd/deb-systemd-helper-enabled/multi-user.target.wants
  /var/lib/systemd/deb-systemd-helper-enabled/timers.target.wants /var/local /var/log /var/log/apt /var/log/nginx /var/mail /var/opt /var/spool /var/tmp
  /var/www /var/www/html
`

/** Directories with another mode or owner: path, mode, uid, gid. */
export const DEBIAN_SPECIAL_DIRECTORIES: readonly (readonly [path: string, mode: number, uid: number, gid: number])[] = [
  ['/var/tmp', 0o1777, 0, 0], ['/var/local', 0o2775, 0, 50], ['/var/mail', 0o2775, 0, 8], ['/var/log/nginx', 0o755, 0, 4], ['/var/cache/ldconfig', 0o700, 0, 0], ['/root', 0o700, 0, 0],
  ['/tmp', 0o1777, 0, 0], ['/run/lock', 0o1777, 0, 0],
]

/** Symbolic links outside /usr/bin and /usr/sbin: path, target. */
export const DEBIAN_LINKS: readonly (readonly [path: string, target: string])[] = [
  ['/bin', 'usr/bin'], ['/sbin', 'usr/sbin'], ['/lib', 'usr/lib'], ['/lib64', 'usr/lib64'], ['/var/lock', '/run/lock'], ['/var/run', '/run'], ['/var/spool/mail', '../mail'],
  ['/etc/alternatives/awk', '/usr/bin/mawk'], ['/etc/alternatives/nawk', '/usr/bin/mawk'], ['/etc/alternatives/pager', '/bin/more'], ['/etc/alternatives/rmt', '/usr/sbin/rmt-tar'],
  ['/etc/alternatives/which', '/usr/bin/which.debianutils'], ['/etc/localtime', '/usr/share/zoneinfo/Etc/UTC'], ['/etc/dpkg/origins/default', 'debian'], ['/etc/rmt', '/usr/sbin/rmt'],
  ['/etc/os-release', '../usr/lib/os-release'],
]

/** Files of the host's /etc that are the same here. */
export const DEBIAN_SHARED_FILES: ReadonlySet<string> = new Set([
  'environment', 'issue', 'issue.net', 'login.defs', 'pam.d/su', 'pam.d/su-l', 'profile', 'host.conf', 'iproute2/bpf_pinning', 'iproute2/ematch_map', 'iproute2/group',
  'iproute2/nl_protos', 'iproute2/rt_dsfield', 'iproute2/rt_protos', 'iproute2/rt_protos.d/README', 'iproute2/rt_realms', 'iproute2/rt_scopes', 'iproute2/rt_tables', 'nsswitch.conf',
  '.pwd.lock', 'debian_version', 'default/hwclock', 'default/useradd', 'fstab', 'ld.so.conf', 'ld.so.conf.d/libc.conf', 'ld.so.conf.d/x86_64-linux-gnu.conf', 'skel/.bash_logout',
  'skel/.bashrc', 'skel/.profile', 'sysctl.conf', 'sysctl.d/README.sysctl', 'timezone', 'update-motd.d/10-uname',
].map((name) => `/etc/${name}`))

export const DEBIAN_ROOT_BASHRC = `# ~/.bashrc: executed by bash(1) for non-login shells.

# Note: PS1 and umask are already set in /etc/profile. You should not
# need this unless you want different defaults for root.
# PS1='\${debian_chroot:+($debian_chroot)}\\h:\\w\\$ '
# umask 022

# You may uncomment the following lines if you want \`ls' to be colorized:
# export LS_OPTIONS='--color=auto'
# eval "$(dircolors)"
# alias ls='ls $LS_OPTIONS'
# alias ll='ls $LS_OPTIONS -l'
# alias l='ls $LS_OPTIONS -lA'
#
# Some more alias to avoid making mistakes:
# alias rm='rm -i'
# alias cp='cp -i'
# alias mv='mv -i'
`

export const DEBIAN_ROOT_PROFILE = `# ~/.profile: executed by Bourne-compatible login shells.

if [ "$BASH" ]; then
  if [ -f ~/.bashrc ]; then
    . ~/.bashrc
  fi
fi

mesg n 2> /dev/null || true
`

export const DEBIAN_BASH_BASHRC = `# System-wide .bashrc file for interactive bash(1) shells.

# To enable the settings / commands in this file for login shells as well,
# this file has to be sourced in /etc/profile.

# If not running interactively, don't do anything
[ -z "$PS1" ] && return

# check the window size after each command and, if necessary,
# update the values of LINES and COLUMNS.
shopt -s checkwinsize

# set variable identifying the chroot you work in (used in the prompt below)
if [ -z "\${debian_chroot:-}" ] && [ -r /etc/debian_chroot ]; then
    debian_chroot=$(cat /etc/debian_chroot)
fi

# set a fancy prompt (non-color, overwrite the one in /etc/profile)
# but only if not SUDOing and have SUDO_PS1 set; then assume smart user.
if ! [ -n "\${SUDO_USER}" -a -n "\${SUDO_PS1}" ]; then
  PS1='\${debian_chroot:+($debian_chroot)}\\u@\\h:\\w\\$ '
fi

# Commented out, don't overwrite xterm -T "title" -n "icontitle" by default.
# If this is an xterm set the title to user@host:dir
#case "$TERM" in
#xterm*|rxvt*)
#    PROMPT_COMMAND='echo -ne "\\033]0;\${USER}@\${HOSTNAME}: \${PWD}\\007"'
#    ;;
#*)
#    ;;
#esac

# enable bash completion in interactive shells
#if ! shopt -oq posix; then
#  if [ -f /usr/share/bash-completion/bash_completion ]; then
#    . /usr/share/bash-completion/bash_completion
#  elif [ -f /etc/bash_completion ]; then
#    . /etc/bash_completion
#  fi
#fi

# if the command-not-found package is installed, use it
if [ -x /usr/lib/command-not-found -o -x /usr/share/command-not-found/command-not-found ]; then
	function command_not_found_handle {
	        # check because c-n-f could've been removed in the meantime
                if [ -x /usr/lib/command-not-found ]; then
		   /usr/lib/command-not-found -- "$1"
                   return $?
                elif [ -x /usr/share/command-not-found/command-not-found ]; then
		   /usr/share/command-not-found/command-not-found -- "$1"
                   return $?
		else
		   printf "%s: command not found\\n" "$1" >&2
		   return 127
		fi
	}
fi
`
