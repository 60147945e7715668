import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { eventually } from '../eventually.ts'
import { FaultProxy } from './fault-proxy.ts'

/** A server that says everything back, and what it saw of its connections. */
const seen: { socket: Socket; ended: boolean; error: string | undefined; bytes: number }[] = []
const echo = createServer((socket) => {
  const each = { socket, ended: false, error: undefined as string | undefined, bytes: 0 }
  seen.push(each)
  socket.on('data', (bytes) => {
    each.bytes += bytes.length
    socket.write(bytes)
  })
  socket.on('end', () => (each.ended = true))
  socket.on('error', (error: NodeJS.ErrnoException) => (each.error = error.code))
})
let proxy: FaultProxy
let port: number

before(async () => {
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  proxy = new FaultProxy({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port })
  port = await proxy.listen()
})
beforeEach(() => {
  proxy.heal()
  seen.length = 0
})
after(async () => {
  await proxy.close()
  echo.close()
})

/** A client, and what it saw. */
async function client() {
  const socket = connect(port, '127.0.0.1')
  const saw = { text: '', ended: false, error: undefined as string | undefined, closed: false }
  socket.setEncoding('latin1')
  socket.on('data', (text) => (saw.text += String(text)))
  socket.on('end', () => (saw.ended = true))
  socket.on('error', (error: NodeJS.ErrnoException) => (saw.error = error.code))
  socket.on('close', () => (saw.closed = true))
  await once(socket, 'connect')
  return { socket, saw }
}

const heard = (saw: { text: string }, text: string): Promise<void> =>
  eventually(`it hears ${text.slice(0, 20)}`, () => saw.text === text)

test('without a fault everything passes both ways, in its order, and so does the end', async () => {
  const { socket, saw } = await client()
  const text = Array.from({ length: 400_000 }, (_, nth) => String(nth)).join()
  socket.end(text)
  await heard(saw, text)
  await eventually('the end comes back', () => saw.ended)
  assert.equal(saw.error, undefined)
})

test('a cut is an end to both sides, and new connections pass', async () => {
  const { socket, saw } = await client()
  socket.write('a')
  await heard(saw, 'a')
  proxy.cut()
  await eventually('both sides saw the end', () => saw.ended && seen[0]!.ended)
  assert.equal(saw.error, undefined)
  const next = await client()
  next.socket.write('b')
  await heard(next.saw, 'b')
  next.socket.destroy()
})

test('a reset is an error to both sides', async () => {
  const { socket, saw } = await client()
  socket.write('a')
  await heard(saw, 'a')
  proxy.reset()
  await eventually(
    'both sides saw the reset',
    () => saw.error === 'ECONNRESET' && seen[0]!.error === 'ECONNRESET',
  )
  assert.equal(saw.ended, false)
})

test('a black hole takes what is sent and forwards nothing, until it is healed', async () => {
  const { socket, saw } = await client()
  socket.write('a')
  await heard(saw, 'a')
  proxy.blackhole()
  socket.write('b')
  const late = await client()
  late.socket.write('x')
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.deepEqual([saw.text, late.saw.text], ['a', ''])
  assert.ok(!saw.closed && !late.saw.closed, 'nobody was told')
  proxy.heal()
  await heard(saw, 'ab')
  await heard(late.saw, 'x')
  socket.destroy()
  late.socket.destroy()
})

test('a black hole of one direction lets the other pass', async () => {
  const { socket, saw } = await client()
  proxy.blackhole(['toClient'])
  socket.write('a')
  await eventually('the server heard it', () => seen[0]?.bytes === 1)
  assert.equal(saw.text, '')
  proxy.heal()
  await heard(saw, 'a')
  socket.destroy()
})

test('one connection can have a fault alone', async () => {
  const [one, other] = [await client(), await client()]
  await eventually('both are through', () => proxy.connections.size === 2)
  const [first] = proxy.connections
  first!.blackhole()
  one.socket.write('a')
  other.socket.write('b')
  await heard(other.saw, 'b')
  assert.equal(one.saw.text, '')
  first!.heal()
  await heard(one.saw, 'a')
  one.socket.destroy()
  other.socket.destroy()
})

test('a delay keeps the order, and what was sent before it is not late', async () => {
  const { socket, saw } = await client()
  proxy.delay(60)
  const began = performance.now()
  for (const letter of 'abcde') socket.write(letter)
  await heard(saw, 'abcde')
  assert.ok(performance.now() - began >= 115, 'it came at once')
  proxy.heal()
  socket.write('f')
  await heard(saw, 'abcdef')
  socket.destroy()
})

for (const how of ['cut', 'reset'] as const)
  test(`a message can be broken off in its middle by a ${how}`, async () => {
    const { socket, saw } = await client()
    await eventually('it is through', () => proxy.connections.size === 1)
    const [connection] = proxy.connections
    connection!.endAfter('toServer', 5, how)
    socket.write('abc')
    await heard(saw, 'abc')
    socket.write('defghi')
    await eventually('it is over', () => saw.closed)
    assert.equal(seen[0]!.bytes, 5, 'the server got another part than its first five bytes')
  })

test('the server of new connections can be another', async () => {
  const other = createServer((socket) => socket.end('other')).listen(0, '127.0.0.1')
  await once(other, 'listening')
  const before = proxy.target
  proxy.target = { host: '127.0.0.1', port: (other.address() as AddressInfo).port }
  const { saw } = await client()
  await heard(saw, 'other')
  proxy.target = before
  other.close()
})
