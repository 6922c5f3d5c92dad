// `isolab help`.
import { UsageError } from './usage.ts'

const TEXT = `Isolab: a simulated Linux machine, and the course that is taught on it.

  isolab sh [--user root|learner] [--docker]      run bash on the script from standard input, on a fresh simulated host
  isolab shell [--user root|learner] [--docker]   an interactive terminal on it
  isolab explain [--user root|learner] [--all]    run the script from standard input and tell what it asked of the kernel, and why not
  isolab trace [--user root|learner] COMMAND …    run a command and follow each packet it sends, hop by hop
  isolab lesson check [LESSON …]                  does each lesson start unsolved, does its solution solve it, does each wrong answer get its hint
  isolab lesson new TRACK/NUMBER-NAME             start a lesson from a template
  isolab conformance [AREA|FILE …] [-v]           run the recorded cases and compare with what real Linux printed
  isolab conformance --compare [AREA|FILE …]      run them on real Linux again: where do simulator, recording and reality differ
  isolab help [COMMAND]

The user is learner unless said. --docker boots with the Docker daemon running and the images busybox, debian:12 and nginx on the disk;
--images alpine,python,redis,postgres,stress-ng (or all) adds more, --compose the plug-in docker compose. The exit status of sh and shell is the shell's; 1 says that something
can't be had, 2 is a mistaken call, 95 on the machine means: real, but not simulated here.

sh, shell and lesson check take --machine: sim (unless said), or a real Linux: qemu, browser-vm. These need an image: npm run vm:build server, npm run vm:build browser.
`

const MORE = new Map<string, string>([
  ['sh', "isolab sh [--user root|learner] [--docker [--images NAME,…|all] [--compose]] [--machine sim|qemu|browser-vm]\n\nReads a script from standard input and runs it with bash on a freshly booted host, in the user's home. Virtual time\nruns free: `sleep 100` is over at once. Output and errors come together, in order; the exit status is the script's.\n--machine runs it on a real Linux, back at its pristine state; time is then real, too. Docker is in sim and qemu.\n\n  echo 'unshare -Urpf --mount-proc ps -o pid,comm' | isolab sh\n"],
  ['shell', 'isolab shell [--user root|learner] [--docker [--images NAME,…|all] [--compose]] [--machine sim|qemu|browser-vm]\n\nAn interactive shell on a freshly booted host. Time passes as on the wall clock. Leave with `exit` or Ctrl-D.\n'],
  ['explain', "isolab explain [--user root|learner] [--all]\n\nRuns a script like `isolab sh`, then tells, process by process, the system calls that changed something or were refused,\nwith the check that decided. --all tells every call.\n\n  echo 'unshare --pid --fork id' | isolab explain --user learner\n"],
  ['trace', "isolab trace [--user root|learner] COMMAND …\n\nRuns a command and tells the way of every packet: the devices and bridges it passed, each netfilter hook with its verdict,\nand where it arrived or who dropped it and why. A script on standard input prepares the machine first, as root.\n\n  isolab trace ping -c 1 10.0.2.2 < /dev/null\n"],
  ['lesson', 'isolab lesson check [LESSON …] [-v] [--machine sim|qemu|browser-vm]   LESSON is a folder such as lessons/rooms/1-what-is-a-namespace; all without one\nisolab lesson new TRACK/NUMBER-NAME\n\nLessons and their final exercises. On the simulator two replays must also agree; on a real machine, what it can’t do is left out, with a word.\nlessons/README.md tells how a lesson is written.\n'],
  ['conformance', 'isolab conformance [AREA|AREA/CASE|FILE …] [-v] [--update] [--table] [-j JOBS]\nisolab conformance --confirm|--compare [AREA|…] [-v] [--machine qemu|browser-vm] [-j JOBS]\nisolab conformance --record AREA/CASE|FILE …\n\nRuns the recorded cases in this process. -v shows every difference, --update lets the ratchet (test/conformance/passed.json)\nkeep what passes now.\n\nOn a real machine (qemu unless said), each case on a pristine one: --confirm, do the recordings hold? --compare, simulator, recording and machine\nside by side, kept in test/conformance/reality.json for the site’s coverage page; --record writes what the machine prints into the files. test/conformance/README.md tells how a case is written.\n'],
])

export function help(words: readonly string[]): number {
  const topic = words[0]
  if (topic !== undefined && topic !== 'help' && !MORE.has(topic)) throw new UsageError(`no help on '${topic}'`)
  process.stdout.write((topic === undefined ? undefined : MORE.get(topic)) ?? TEXT)
  return 0
}
