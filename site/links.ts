// Addresses within the site, whatever path it is served under.
const BASE = import.meta.env.BASE_URL.replace(/\/$/, '')

export const link = (path: string): string => BASE + path

/** Where the site keeps the image of the machine for the page; see site/build/real-image.ts. */
export const IMAGE_PATH = '/vm/browser/'
