// Real machines for recorded cases: no lesson, no Worlds, only the guest's agent, put back to its pristine state before each case.
import type { AgentClient } from '../vm/agent/agent-client.ts'
import type { MachineSource } from '../vm/agent/real-machine.ts'

export class Guests {
  readonly #source: MachineSource
  #agent: AgentClient | undefined

  constructor(source: MachineSource) {
    this.#source = source
  }

  /** The agent of a guest on which nothing has been done yet, and the release of its kernel. */
  async pristine(): Promise<{ readonly agent: AgentClient; readonly kernel: string }> {
    // Not at the top of the file: the command line's bundle would then always load it (bundle.mjs).
    const { AgentClient } = await import('../vm/agent/agent-client.ts')
    const before = this.#agent
    this.#agent = undefined
    before?.close()
    const agent = new AgentClient(before === undefined ? await this.#source.connect() : await this.#source.restore())
    this.#agent = agent
    const { release } = await agent.hello()
    await agent.clock(Date.now())
    return { agent, kernel: release }
  }

  close(): void {
    this.#agent?.close()
    this.#source.dispose()
  }
}
