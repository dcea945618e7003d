// Streams 100 frames through a daemon with @grpc/grpc-js and proto/ as it is, as a camera pipeline would.
// Usage: node client.js HOST:PORT. Prints one line.
'use strict';

const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const WIDTH = 64, HEIGHT = 48, FRAMES = 100, TIMEOUT_MS = 60000;
const PROTO = path.join(__dirname, '..', '..', '..', 'proto');
const services = grpc.loadPackageDefinition(loader.loadSync(
  ['edgerestore/v1/restore.proto', 'grpc/health/v1/health.proto'],
  { includeDirs: [PROTO], keepCase: true, longs: Number, enums: String, oneofs: true }));

const address = process.argv[2];
const credentials = grpc.credentials.createInsecure();
const restore = new services.edgerestore.v1.RestoreService(
  address, credentials, { 'grpc.max_receive_message_length': -1 });
const health = new services.grpc.health.v1.Health(address, credentials);
const options = () => ({ deadline: Date.now() + TIMEOUT_MS });

function stream() {
  return new Promise((resolve, reject) => {
    const call = restore.Restore(options());
    const seen = { frames: 0, errors: 0, blue: 0 };
    call.on('error', reject);
    call.on('end', () => resolve(seen));
    call.on('data', reply => {
      if (reply.opened) return;
      if (!reply.frame) { seen.errors++; return; }
      seen.frames++;
      if (reply.frame.sequence !== seen.frames || reply.frame.payload.length !== WIDTH * HEIGHT * 3) {
        reject(new Error(`Frame ${seen.frames} came back as ${reply.frame.sequence}.`));
      }
      seen.blue += reply.frame.payload[2];
    });
    call.write({ open: {
      stream_name: 'node',
      raw: { layout: 'PIXEL_LAYOUT_RGB24', width: WIDTH, height: HEIGHT },
      delivery: 'DELIVERY_LOSSLESS',
      fixed: 'DEGRADATION_NOISE',
    } });
    send(call, 0);
  });
}

// Writes until the transport has enough, and goes on when it drains.
function send(call, number) {
  for (; number < FRAMES; number++) {
    const payload = Buffer.alloc(WIDTH * HEIGHT * 3, Buffer.from([38, 254, number]));
    if (!call.write({ frame: { sequence: number + 1, timestamp_ns: number, payload } })) {
      call.once('drain', () => send(call, number + 1));
      return;
    }
  }
  call.end();
}

function checkHealth() {
  return new Promise((resolve, reject) =>
    health.Check({}, options(), (error, reply) => error ? reject(error) : resolve(reply.status)));
}

function refused() {
  return new Promise(resolve => {
    const call = restore.Restore(options());
    call.on('data', () => {});
    call.on('end', () => {});
    call.on('error', error => resolve(grpc.status[error.code]));
    call.write({ open: { stream_name: 'bad' } });
  });
}

(async () => {
  const seen = await stream();
  console.log(`${await checkHealth()} frames=${seen.frames} errors=${seen.errors} blue=${seen.blue} `
    + `refused=${await refused()}`);
  restore.close();
  health.close();
})().catch(error => { console.error(error); process.exit(1); });
