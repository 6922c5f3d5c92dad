// Random shell scripts from a small grammar: pipelines, redirections, jobs, traps, subshells, loops, and the commands that make, enter and leave namespaces.
import type { Random } from '../../simulator/lib/random.ts'

const WORDS = ['a', 'b', '*', '$x', '"$x"', '$(id -u)', '$((x + 1))', '${x:-d}', '{1..3}', '~', "'q q'", '$$', '$!', '$?', '"$@"', '/tmp/a']
const SIMPLE = [
  'echo', 'printf "%s\\n"', 'true', 'false', 'id', 'cat /proc/self/status', 'ls /proc/self/ns', 'ls -l /proc/self/fd', 'readlink /proc/self/ns/pid', 'cat /proc/self/mountinfo', 'lsns', 'ps aux',
  'ps -ef --forest', 'hostname', 'hostname box', 'mount', 'findmnt', 'df', 'sleep 0.01', 'sleep 30', 'touch /tmp/a', 'mkdir -p /tmp/d/e', 'rm -rf /tmp/d', 'cat /tmp/a', 'cat', 'head -n 2', 'wc -l', 'sort', 'grep -c a',
  'jobs', 'wait', 'kill %1', 'kill $!', 'kill -STOP $!', 'kill -CONT $!', 'kill -9 $!', 'kill -0 1', 'ulimit -n 20', 'umask 077', 'cd /tmp', 'cd /missing', 'x=1', 'x=$((x + 1))', 'export x', 'unset x', 'set -e', 'set +e', 'set -o pipefail',
  'read x', 'read -t 0.1 x', 'shift', 'exec 3>/tmp/a', 'exec 3<&-', 'echo hi >&3', 'ipcmk -M 100', 'ipcs', 'ip link', 'nproc', 'pstree', 'lsns -t pid', 'test -e /tmp/a', '[[ $x == a* ]]', 'ip netns add n', 'ip netns del n', 'timeout 0.1 sleep 5', 'setsid sleep 20', 'nice id', 'mkfifo /tmp/f', 'stat /tmp',
]
const MOUNTS = [
  'mount -t tmpfs t /tmp', 'mount -t tmpfs -o size=16k t /mnt', 'mount --bind /tmp /mnt', 'mount --make-rshared /', 'mount --make-rprivate /', 'mount --make-slave /mnt', 'umount /mnt', 'umount -l /tmp', 'mount -t proc p /proc',
  'mount -t sysfs s /mnt', 'mount -o remount,ro /mnt', 'touch /tmp/n; mount --bind /proc/self/ns/uts /tmp/n', 'umount /tmp/n', 'pivot_root /mnt /mnt', 'chroot /tmp true', 'mount -t overlay o -o lowerdir=/etc,upperdir=/tmp/d,workdir=/tmp/w /mnt', 'mount --move /mnt /tmp', 'mount --rbind / /mnt',
]
const UNSHARE = ['-m', '-u', '-i', '-n', '-p', '-pf', '-U', '-r', '-Ur', '-Urm', '-Urpf --mount-proc', '-c', '-C', '-T', '-f', '--map-auto -r', '-m --propagation shared', '--kill-child -pf', '-Urmpf', '-Ur --map-users 1,1,1']
const REDIRECTIONS = ['> /tmp/a', '>> /tmp/a', '2>&1', '< /tmp/a', '> /dev/null', '2> /dev/null', '< /dev/null', '<<< text', '> /dev/full', '3>&1', '>&3', '&> /tmp/b', '< /missing', '> /tmp/f', '< <(echo p)']
const SIGNALS = ['EXIT', 'TERM', 'INT', 'CHLD', 'USR1', 'ERR', 'DEBUG', 'HUP']

export function randomScript(random: Random): string {
  const oneOf = (items: readonly string[]): string => items[random.below(items.length)]
  const simple = (): string => [oneOf(SIMPLE), ...Array.from({ length: random.below(3) }, () => oneOf(WORDS))].slice(0, random.below(3) === 0 ? 3 : 1).join(' ')
  const quoted = (script: string): string => `'${script.replaceAll("'", `'\\''`)}'`
  const command = (depth: number): string => {
    if (depth <= 0) return simple()
    const inner = (): string => list(depth - 1, 1 + random.below(3))
    switch (random.below(18)) {
      case 0: return `${command(depth - 1)} | ${command(depth - 1)}`
      case 1: return `${command(depth - 1)} ${oneOf(REDIRECTIONS)}`
      case 2: return `( ${inner()} )`
      case 3: return `{ ${inner()}; }`
      case 4: return `if ${command(depth - 1)}; then ${inner()}; else ${inner()}; fi`
      case 5: return `for x in 1 2; do ${inner()}; done`
      case 6: return `${command(depth - 1)} && ${command(depth - 1)}`
      case 7: return `! ${simple()}`
      case 8: return `trap ${quoted(simple())} ${oneOf(SIGNALS)}`
      case 9: return `x=$(${inner()})`
      case 10: return `f() { ${inner()}; }; f`
      case 11: return oneOf(MOUNTS)
      case 12: return `nsenter -t ${oneOf(['1', '$!', '$$', '2'])} ${oneOf(['-a', '-m', '-u', '-n', '-p', '-U', '-U --preserve-credentials', '-i'])} ${simple()}`
      case 13: case 14: case 15: return `unshare ${oneOf(UNSHARE)} bash -c ${quoted(inner())}`
      case 16: return `bash -c ${quoted(inner())}`
      default: return simple()
    }
  }
  const list = (depth: number, length: number): string => Array.from({ length }, () => `${command(depth)}${random.below(6) === 0 ? ' &' : ''}`).join('\n')
  return `${list(3, 3 + random.below(6))}\n`
}
