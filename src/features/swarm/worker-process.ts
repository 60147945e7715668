import { runWorker, type WorkerOrders } from './worker.ts'

/**
 * The entry of a worker's process. Its orders come over the channel to the coordinator, since they hold a key, and anybody
 * may read a process's arguments; its reports go that way, too. A second message stops it.
 */
const orders = await new Promise<WorkerOrders>((resolve) => process.once('message', resolve))
const stop = new AbortController()

process.on('message', () => stop.abort())
// A coordinator that is gone takes its workers with it.
process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => undefined)

try {
  await runWorker(orders, stop.signal, (report) => process.send?.(report))
  process.disconnect()
} catch (error) {
  process.stderr.write(`${orders.worker_id}: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
