// Every command of the client by its words: usage, how many arguments, and what runs.
import type { Command } from './cli.ts'
import {
  attachCommand, diffCommand, execCommand, filterError, killCommand, logsCommand, pauseCommand, portCommand, pruneContainers, renameCommand, restartCommand, rmCommand, startCommand,
  stopCommand, topCommand, unpauseCommand, updateCommand, waitCommand,
} from './container-commands.ts'
import { commitCommand, cpCommand, exportCommand, importCommand, loadCommand, saveCommand } from './archive-commands.ts'
import { buildCommand, builderPrune } from './build-command.ts'
import { inspectCommand, inspectOf } from './inspect-commands.ts'
import { imagesCommand, networkLsCommand, psCommand, volumeLsCommand } from './list-commands.ts'
import {
  historyCommand, imagePrune, networkConnect, networkCreate, networkDisconnect, networkPrune, networkRm, pullCommand, pushCommand, rmiCommand, tagCommand, volumeCreate, volumePrune, volumeRm,
} from './object-commands.ts'
import { contextLsCommand, loginCommand, logoutCommand, pluginLsCommand, searchCommand, swarmLeave, swarmList } from './remote-commands.ts'
import { validateRunFlag } from './run-config.ts'
import { createCommand, runCommand } from './run.ts'
import { dfCommand, eventsCommand, infoCommand, statsCommand, systemPrune, versionCommand } from './system-commands.ts'
import { CONTAINER_USAGE } from './usage-container.ts'
import { IMAGE_USAGE } from './usage-image.ts'
import { RUN_USAGE } from './usage-run.ts'
import { SYSTEM_USAGE } from './usage-system.ts'

const USAGES = new Map([...RUN_USAGE, ...CONTAINER_USAGE, ...IMAGE_USAGE, ...SYSTEM_USAGE].map((u) => [u.name, u]))
const MANY = Infinity

type Entry = readonly [name: string, least: number, most: number, run: Command['run'], more?: Partial<Command>]
const filters: Partial<Command> = { validate: (flag, value) => (flag.type === 'filter' ? filterError(value) : undefined) }

const ENTRIES: readonly Entry[] = [
  ['run', 1, MANY, runCommand, { stopsAtFirst: true, validate: validateRunFlag }],
  ['create', 1, MANY, createCommand, { stopsAtFirst: true, validate: validateRunFlag }],
  ['start', 1, MANY, startCommand], ['stop', 1, MANY, stopCommand], ['restart', 1, MANY, restartCommand], ['kill', 1, MANY, killCommand], ['rm', 1, MANY, rmCommand],
  ['ps', 0, 0, psCommand, filters], ['exec', 2, MANY, execCommand, { stopsAtFirst: true, validate: validateRunFlag }], ['attach', 1, 1, attachCommand], ['logs', 1, 1, logsCommand], ['wait', 1, MANY, waitCommand],
  ['inspect', 1, MANY, inspectCommand], ['diff', 1, 1, diffCommand], ['top', 1, MANY, topCommand, { stopsAtFirst: true }], ['port', 1, 2, portCommand], ['pause', 1, MANY, pauseCommand],
  ['unpause', 1, MANY, unpauseCommand], ['rename', 2, 2, renameCommand], ['update', 1, MANY, updateCommand], ['container prune', 0, 0, pruneContainers, filters], ['container inspect', 1, MANY, inspectOf('container')],
  ['container ls', 0, 0, psCommand, filters], ['stats', 0, MANY, statsCommand], ['images', 0, 1, imagesCommand, filters], ['image ls', 0, 1, imagesCommand, filters], ['image inspect', 1, MANY, inspectOf('image')],
  ['rmi', 1, MANY, rmiCommand], ['image rm', 1, MANY, rmiCommand], ['image prune', 0, 0, imagePrune, filters], ['tag', 2, 2, tagCommand], ['pull', 1, 1, pullCommand], ['push', 1, 1, pushCommand], ['history', 1, 1, historyCommand],
  ['network ls', 0, 0, networkLsCommand, filters], ['network create', 1, 1, networkCreate], ['network rm', 1, MANY, networkRm], ['network inspect', 1, MANY, inspectOf('network')], ['network connect', 2, 2, networkConnect],
  ['network disconnect', 2, 2, networkDisconnect], ['network prune', 0, 0, networkPrune, filters], ['volume ls', 0, 0, volumeLsCommand, filters], ['volume create', 0, 1, volumeCreate], ['volume rm', 1, MANY, volumeRm],
  ['volume inspect', 1, MANY, inspectOf('volume')], ['volume prune', 0, 0, volumePrune, filters], ['version', 0, 0, versionCommand], ['info', 0, 0, infoCommand], ['events', 0, 0, eventsCommand, filters],
  ['cp', 2, 2, cpCommand], ['export', 1, 1, exportCommand], ['commit', 1, 2, commitCommand], ['save', 1, MANY, saveCommand], ['load', 0, 0, loadCommand], ['import', 1, MANY, importCommand], ['build', 1, 1, buildCommand],
  ['search', 1, 1, searchCommand], ['login', 0, 1, loginCommand], ['logout', 0, 1, logoutCommand], ['context ls', 0, 0, contextLsCommand],
  ['builder prune', 0, 0, builderPrune], ['system df', 0, 0, dfCommand], ['system prune', 0, 0, systemPrune, filters],
]

/** Commands of the old flat kind under their group's name as well. */
const UNDER_GROUP: readonly (readonly [string, readonly string[]])[] = [
  ['container', ['attach', 'commit', 'cp', 'create', 'diff', 'exec', 'export', 'kill', 'logs', 'pause', 'port', 'rename', 'restart', 'rm', 'run', 'start', 'stats', 'stop', 'top', 'unpause', 'update', 'wait']],
  ['image', ['build', 'history', 'import', 'load', 'pull', 'push', 'save', 'tag']],
  ['system', ['events', 'info']],
  ['builder', ['build']],
]

function build(): ReadonlyMap<string, Command> {
  const commands = new Map<string, Command>()
  for (const [name, least, most, run, more] of ENTRIES) {
    const usage = USAGES.get(name)
    if (usage !== undefined) commands.set(name, { usage, least, most, run, ...more })
  }
  for (const [name, run] of [['plugin ls', pluginLsCommand], ['node ls', swarmList('/nodes')], ['service ls', swarmList('/services')], ['secret ls', swarmList('/secrets')], ['config ls', swarmList('/configs')], ['stack ls', swarmList('/services')], ['swarm leave', swarmLeave]] as const) {
    commands.set(name, { usage: { name, usage: `${name} [OPTIONS]`, short: '', flags: 'q quiet|Only display IDs\nformat:string|Pretty-print using a Go template\nf force|Force' }, least: 0, most: 0, run })
  }
  for (const [group, names] of UNDER_GROUP) {
    for (const name of names) {
      const command = commands.get(name)
      if (command !== undefined) commands.set(`${group} ${name}`, { ...command, usage: { ...command.usage, name: `${group} ${name}`, usage: `${group} ${command.usage.usage}` } })
    }
  }
  return commands
}
export const COMMANDS = build()
