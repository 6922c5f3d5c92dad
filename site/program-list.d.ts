// The module made by site/build/program-list.ts.
declare module 'virtual:program-list' {
  type ProgramEntry = import('../simulator/userland/program-table.ts').ProgramEntry
  /** What is needed to make an executable's file. */
  type ListedProgram = Omit<ProgramEntry, 'program' | 'options' | 'summary'>
  export const list: readonly { readonly name: string; readonly version: string; readonly programs: readonly ListedProgram[] }[]
}
