import { runWorker, type WorkerOrders } from './worker.ts'

/** The entry of a worker's process: its orders are the one argument, its reports go over the channel to the coordinator. */
const orders = JSON.parse(process.argv[2] ?? '{}') as WorkerOrders
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
