// QEMU's monitor when it isn't QEMU any more that answers: a guest has broken into it.
import { duplexPair } from 'node:stream'
import { expect, it } from 'vitest'
import { Qmp } from '../../vm/server/qmp.ts'

it('may say what it likes to the service', async () => {
  const [ours, qemu] = duplexPair()
  const qmp = new Qmp(ours)
  const asked = qmp.command('query-status')
  qemu.write('{"QMP": {}}\nnonsense\n{"\nnull\n[]\n"x"\n{"event":"STOP"}\n{"return":{"status":"running"}}\n{"return":{}}\n{"error":null}\n')
  expect(await asked).toEqual({ status: 'running' })
  const refused = qmp.command('stop')
  qemu.write('{"error":null}\n')
  await expect(refused).rejects.toThrow('QMP stop')
  const unanswered = qmp.command('cont')
  qemu.end()
  await expect(unanswered).rejects.toThrow('the machine is gone')
})
