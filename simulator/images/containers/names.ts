// Images that are on board only when they are asked for: the machine that the recorded cases come from doesn't have them.

export const MORE_IMAGES = ['alpine', 'python', 'redis', 'postgres', 'stress-ng'] as const

/** Asked for among the images: the client's plug-in `docker compose`. */
export const COMPOSE = 'compose'

/** May it be asked for? `all` stands for every one. */
export const isImageName = (name: string): boolean => name === 'all' || name === COMPOSE || MORE_IMAGES.some((known) => known === name)
