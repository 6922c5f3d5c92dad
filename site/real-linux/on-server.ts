// Real Linux on a server, as a file of its own that is fetched when somebody asks for it.
export { openServerVm } from '../../vm/server/client.ts'
