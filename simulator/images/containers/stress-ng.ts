// The image `stress-ng`: workloads for trying limits, on debian:12. Its arguments are stress-ng's.
import { stressNgPackage } from '../../userland/programs/stress-ng/index.ts'
import { addPackage, builtOnDebian, layer, PATH, setting } from './built.ts'
import type { ContainerImage } from './container-image.ts'

/** 2025-12-15T10:08:00Z */
const BEGUN = 1765793280

export const stressNgImage: ContainerImage = builtOnDebian({
  repository: 'stress-ng',
  begun: BEGUN,
  steps: [
    {
      by: '/bin/sh -c apt-get update && apt-get install -y --no-install-recommends stress-ng && rm -rf /var/lib/apt/lists/*',
      layer: layer(8912896, BEGUN, (image) => addPackage(image, stressNgPackage)),
    },
    setting('ENTRYPOINT ["stress-ng"]'),
  ],
  config: { Env: [PATH], Entrypoint: ['stress-ng'] },
})
