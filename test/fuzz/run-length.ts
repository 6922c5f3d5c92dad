// How long to fuzz: short with `npm test`; FUZZ_RUNS=2000 (and FUZZ_SEED=… for where to begin, FUZZ_RUNS=1 for one seed again) looks for more.
export const firstSeed = Number(process.env.FUZZ_SEED ?? 1)
export const seeds = (usual: number): readonly number[] => Array.from({ length: Number(process.env.FUZZ_RUNS ?? usual) }, (_, i) => firstSeed + i)
