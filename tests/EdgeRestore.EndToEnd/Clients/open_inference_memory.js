// Infers through system shared memory with @grpc/grpc-js and proto/ as it is.
// Usage: node open_inference_memory.js HOST:PORT NAME, the file's in /dev/shm. Prints one line a fact.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const WIDTH = 64, HEIGHT = 48, LENGTH = WIDTH * HEIGHT * 3, TIMEOUT_MS = 60000;
const PROTO = path.join(__dirname, '..', '..', '..', 'proto');
const { inference } = grpc.loadPackageDefinition(loader.loadSync(
  ['inference/grpc_service.proto'], { includeDirs: [PROTO], keepCase: true, longs: Number, enums: String, oneofs: true }));

const [, , address, name] = process.argv;
const client = new inference.GRPCInferenceService(address, grpc.credentials.createInsecure());
const ask = (method, request) => new Promise((resolve, reject) => client[method](
  request, { deadline: Date.now() + TIMEOUT_MS }, (error, reply) => error ? reject(error) : resolve(reply)));
const place = (region, offset) => ({
  shared_memory_region: { string_param: region },
  shared_memory_byte_size: { int64_param: LENGTH },
  shared_memory_offset: { int64_param: offset },
});

(async () => {
  const file = `/dev/shm/${name}`;
  fs.writeFileSync(file, Buffer.alloc(2 * LENGTH, Buffer.from([38, 254, 9])), { mode: 0o600, flag: 'wx' });
  try {
    await ask('SystemSharedMemoryRegister', { name: 'frames', key: `/${name}`, offset: 0, byte_size: 2 * LENGTH });
    const reply = await ask('ModelInfer', {
      model_name: 'restore-rain',
      inputs: [{ name: 'frame', datatype: 'UINT8', shape: [HEIGHT, WIDTH, 3], parameters: place('frames', 0) }],
      outputs: [{ name: 'restored', parameters: place('frames', LENGTH) }],
    });
    const memory = fs.readFileSync(file);
    console.log(`blue ${memory[2]} to ${memory[LENGTH + 2]}, ${memory.length} bytes, ${reply.raw_output_contents[0].length} sent`);
    const { model_stats } = await ask('ModelStatistics', { name: 'restore-rain' });
    console.log(`counted ${model_stats[0].inference_count}`);
  } finally {
    fs.unlinkSync(file);
  }
  client.close();
})().catch(error => { console.error(error); process.exit(1); });
