// What a packet costs on a machine with 10 rooms on a bridge, and with 1,000: the cost must not grow with the machine. And what a broadcast storm does to it.
import { bootMachine } from '../../simulator/machine/machine.ts'
import type { SimulatedMachine } from '../../simulator/machine/contract.ts'

const FEW = 10
const MANY = 1000
const PINGS = 200
const ROUNDS = 5

const address = (n: number): string => `10.1.${n >> 8}.${n & 255}`

/** So many rooms, each with a cable to one bridge. */
function rooms(count: number): SimulatedMachine {
  const machine = bootMachine()
  const lines = ['ip link add br0 type bridge', 'ip link set br0 up', 'ip addr add 10.1.255.254/16 dev br0', 'sysctl -qw net.ipv4.neigh.default.gc_thresh3=8192']
  for (let n = 1; n <= count; n++) {
    lines.push(`ip netns add r${n}`, `ip link add v${n} type veth peer name eth0 netns r${n}`, `ip link set v${n} master br0 up`, `ip -n r${n} addr add ${address(n)}/16 dev eth0`, `ip -n r${n} link set eth0 up`)
  }
  lines.push('sleep 60')
  const { status, output } = machine.runScript(lines.join('\n'))
  if (status !== 0) throw new Error(new TextDecoder().decode(output))
  return machine
}

/** Microseconds for a ping from one room to another and back: median of rounds. */
function pingCost(machine: SimulatedMachine, count: number): number {
  const taken: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    const { output } = machine.runScript(`ip netns exec r1 ping -q -c ${PINGS} -i 0.01 ${address(count)}`)
    taken.push(((performance.now() - start) / PINGS) * 1000)
    if (!new TextDecoder().decode(output).includes(' 0% packet loss')) throw new Error('a ping was lost')
  }
  return taken.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0
}

/** Does everybody on a full bridge answer? */
function answering(machine: SimulatedMachine): number {
  const { output } = machine.runScript(`for n in $(seq 1 ${MANY}); do ping -q -c 1 -W 1 10.1.$((n >> 8)).$((n & 255)) > /dev/null && echo yes; done | grep -c yes`)
  return Number(new TextDecoder().decode(output))
}

/** Two bridges with two cables between them: one broadcast goes round for ever. Milliseconds that a second of it takes, and frames that came by. */
function storm(): { readonly ms: number; readonly frames: number } {
  const machine = bootMachine()
  machine.runScript(`ip link add left type bridge; ip link add right type bridge; ip addr add 10.2.0.1/24 dev left
for n in 1 2; do ip link add x$n type veth peer name y$n; ip link set x$n master left up; ip link set y$n master right up; done; ip link set left up; ip link set right up`)
  const start = performance.now()
  const { output } = machine.runScript('ping -q -c 1 -W 1 10.2.0.9 > /dev/null; cat /sys/class/net/x1/statistics/rx_packets')
  return { ms: performance.now() - start, frames: Number(new TextDecoder().decode(output)) }
}

export function networkReport(): string {
  const few = pingCost(rooms(FEW), FEW)
  const machine = rooms(MANY)
  const many = pingCost(machine, MANY)
  const { ms, frames } = storm()
  return [
    `a ping between two rooms, in µs: ${few.toFixed(0)} with ${FEW} rooms on the bridge, ${many.toFixed(0)} with ${MANY}: ${(many / few).toFixed(2)} ×`,
    `rooms that answer, of ${MANY} on one bridge: ${answering(machine)}`,
    `a broadcast storm, a second of it: ${frames} frames in ${ms.toFixed(0)} ms`, '',
  ].join('\n')
}
