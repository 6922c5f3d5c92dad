// The module made by site/build/program-list.ts.
declare module 'virtual:program-list' {
  interface ListedProgram { readonly path: string; readonly mode?: number; readonly links?: readonly string[] }
  export const list: readonly { readonly name: string; readonly version: string; readonly programs: readonly ListedProgram[] }[]
}
