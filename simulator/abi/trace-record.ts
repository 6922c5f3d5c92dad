// What a descriptor of perf_event_open reads as: one JSON object a line. Linux gives binary samples in shared memory and lets the reader decode them.
export type TraceRecord = { readonly pid: number } & (
  | { readonly kind: 'enter'; readonly nr: string; readonly text: string }
  /** `text` is the whole call up to its closing parenthesis, `result` what stands behind the equals sign. */
  | { readonly kind: 'exit'; readonly nr: string; readonly text: string; readonly result: string }
  | { readonly kind: 'attached' }
  | { readonly kind: 'signal'; readonly sig: string; readonly info: string }
  /** `status` is a status word of wait4(2). */
  | { readonly kind: 'end'; readonly status: number }
)
