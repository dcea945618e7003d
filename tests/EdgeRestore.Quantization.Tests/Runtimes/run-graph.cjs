// node run-graph.cjs MODULE REQUEST: runs graphs in the ONNX Runtime of an npm module. REQUEST is a JSON file,
// [{ "model": path, "inputs": { name: { "type", "shape", "data": base64 } }, "results": path }]; each result is
// { "outputs": { name: { "type", "shape", "data": base64 } } } or { "error": text }.
const fs = require('fs');
const [, , module_, request] = process.argv;
const ort = require(module_);

const arrays = { float32: Float32Array, uint8: Uint8Array, int64: BigInt64Array };

async function run({ model, inputs }) {
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 4, intraOpNumThreads: 1 });
  const feeds = {};
  for (const [name, { type, shape, data }] of Object.entries(inputs)) {
    const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
    feeds[name] = new ort.Tensor(type, new arrays[type](bytes.buffer), shape);
  }

  const outputs = {};
  for (const [name, tensor] of Object.entries(await session.run(feeds))) {
    const { buffer, byteOffset, byteLength } = tensor.data;
    outputs[name] = {
      type: tensor.type,
      shape: tensor.dims.map(Number),
      data: Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
    };
  }

  return { outputs };
}

(async () => {
  for (const one of JSON.parse(fs.readFileSync(request, 'utf8'))) {
    let result;
    try {
      result = await run(one);
    } catch (error) {
      result = { error: String(error.message ?? error) };
    }

    fs.writeFileSync(one.results, JSON.stringify(result));
  }
})();
