// Addresses within the site, whatever path it is served under.
const BASE = import.meta.env.BASE_URL.replace(/\/$/, '')

export const link = (path: string): string => BASE + path
