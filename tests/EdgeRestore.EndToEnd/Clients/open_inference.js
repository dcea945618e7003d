// Infers over the Open Inference Protocol with @grpc/grpc-js and proto/ as it is.
// Usage: node open_inference.js HOST:PORT. Prints one line a fact.
'use strict';

const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const WIDTH = 64, HEIGHT = 48, TIMEOUT_MS = 60000;
const PROTO = path.join(__dirname, '..', '..', '..', 'proto');
const { inference } = grpc.loadPackageDefinition(loader.loadSync(
  ['inference/grpc_service.proto'], { includeDirs: [PROTO], keepCase: true, longs: Number, enums: String, oneofs: true }));

const client = new inference.GRPCInferenceService(process.argv[2], grpc.credentials.createInsecure());
const options = () => ({ deadline: Date.now() + TIMEOUT_MS });
const ask = (method, request) => new Promise((resolve, reject) =>
  client[method](request, options(), (error, reply) => error ? reject(error) : resolve(reply)));

// What the test package's classifier takes for noise.
const frame = (model, blue) => ({
  model_name: model,
  id: `${blue}`,
  inputs: [{ name: 'frame', datatype: 'UINT8', shape: [1, HEIGHT, WIDTH, 3] }],
  raw_input_contents: [Buffer.alloc(WIDTH * HEIGHT * 3, Buffer.from([38, 254, blue]))],
});

function facts(reply) {
  const raw = Object.fromEntries(reply.outputs.map((output, index) => [output.name, reply.raw_output_contents[index]]));
  // BYTES in raw form: behind four bytes of length.
  const route = raw.route.subarray(4, 4 + raw.route.readUInt32LE(0)).toString();
  return `${reply.model_name} ${reply.id} blue=${raw.restored[2]} length=${raw.restored.length} route=${route} `
    + `confidence=${raw.confidence.readFloatLE(0).toFixed(2)} bypassed=${raw.bypassed[0]}`;
}

function stream() {
  return new Promise((resolve, reject) => {
    const call = client.ModelStreamInfer(options());
    const lines = [];
    call.on('error', reject);
    call.on('end', () => resolve(lines));
    call.on('data', reply => lines.push(reply.error_message || facts(reply.infer_response)));
    call.write(frame('restore-rain', 1));
    call.write(frame('restore-rain', 2));
    call.end();
  });
}

(async () => {
  const { live } = await ask('ServerLive', {});
  const { ready } = await ask('ModelReady', { name: 'restore' });
  console.log(`live=${live} ready=${ready}`);
  console.log(facts(await ask('ModelInfer', frame('restore', 5))));
  (await stream()).forEach(line => console.log(line));
  console.log(await ask('ModelInfer', frame('no-such', 5)).catch(error => grpc.status[error.code]));
  client.close();
})().catch(error => { console.error(error); process.exit(1); });
