import { expect, test } from 'vitest'
import { rootCgroup } from '../../kernel/cgroup/cgroup.ts'
import { bootMachine } from '../machine.ts'

test('when everybody has gone and their files with them, every counter is 0', () => {
  const machine = bootMachine()
  machine.runScript(`
    cd /sys/fs/cgroup && mkdir -p a/b/c d && echo "+memory +pids +cpu" > a/cgroup.subtree_control && echo "+memory +pids" > a/b/cgroup.subtree_control
    echo 8M > a/memory.max; echo 5 > d/pids.max; echo 5M > d/memory.high; echo 6M > d/memory.max; echo "5000 20000" > d/cpu.max
    for g in a/b/c d; do
      sh -c "echo \\$\\$ > $g/cgroup.procs; tail /dev/zero" > /dev/null 2>&1
      bash -c "echo \\$\\$ > $g/cgroup.procs; dd if=/dev/zero of=/dev/shm/$$ bs=64K count=500; dd if=/dev/zero of=/root/x bs=64K count=500" > /dev/null 2>&1
      (echo $BASHPID > $g/cgroup.procs; sleep 50 & sleep 50 & i=0; while [ $i -lt 300 ]; do i=$((i+1)); done; kill %1 %2; wait) > /dev/null 2>&1
      sleep 100 & echo $! > $g/cgroup.procs; echo 1 > $g/cgroup.freeze; kill -9 $!; wait $! 2> /dev/null; echo 0 > $g/cgroup.freeze
      sleep 100 & echo $! > $g/cgroup.procs; echo $! > cgroup.procs; kill $!; wait $! 2> /dev/null
      sleep 100 & echo $! > $g/cgroup.procs; echo 1 > $g/cgroup.kill; wait 2> /dev/null
    done
    rm -f /dev/shm/* /root/x
  `)
  const { kernel } = machine
  const groups = [...rootCgroup(kernel).subtree()].filter((group) => group.parent !== undefined)
  expect(groups.map((group) => group.path)).toEqual(['/a', '/a/b', '/a/b/c', '/d'])
  for (const { path, memory, pids, population, tasks } of groups) {
    expect({ path, usage: memory.usage, stat: Object.values(memory.stat), pids: pids.count, population, tasks: tasks.size }).toEqual({ path, usage: 0, stat: [0, 0, 0, 0, 0], pids: 0, population: 0, tasks: 0 })
  }
  expect(groups.map(({ memory }) => memory.events.oom_kill > 0)).toEqual([true, true, true, true])
  const living = [...kernel.tasks.values()]
  expect(rootCgroup(kernel).pids.count).toBe(living.length)
  expect(rootCgroup(kernel).memory.usage).toBe(living.reduce((sum, task) => sum + task.mm.charged, 0))
})
