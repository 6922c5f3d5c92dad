// A fault of the simulator itself, never of the simulated programs: reported visibly, and a failed test.

export class KernelBug extends Error {}
