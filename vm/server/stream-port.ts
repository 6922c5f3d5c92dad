// An agent's port made of a Node stream.
import type { Duplex } from 'node:stream'
import type { AgentPort } from '../agent/agent-client.ts'

export function streamPort(stream: Duplex): AgentPort {
  let isClosed = false
  return {
    send: (bytes) => { stream.write(bytes) },
    onData: (take) => { stream.on('data', take) },
    onClose: (closed) => {
      stream.once('close', () => {
        if (!isClosed) closed('the machine is gone')
      })
    },
    close: () => {
      isClosed = true
      stream.destroy()
    },
  }
}
