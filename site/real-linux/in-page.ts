// Real Linux in the page, as a file of its own that is fetched when somebody looks for it.
export { browserVmInfo, openBrowserVm } from '../../vm/browser/open.ts'
