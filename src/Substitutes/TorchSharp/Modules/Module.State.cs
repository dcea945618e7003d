using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            public static void save_state_dict(
                BinaryWriter writer, Dictionary<string, Tensor> sd, IList<string>? skip = null)
            {
                var kept = sd.Where(pair => skip is null || !skip.Contains(pair.Key)).ToList();
                writer.Encode(kept.Count);
                foreach (var (key, tensor) in kept)
                {
                    writer.Write(key);
                    tensor.Save(writer);
                }
            }

            public static Module Create<T>(string path)
                where T : Module, new() => new T().load(path);

            public virtual Dictionary<string, Tensor> state_dict(
                Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                var start = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach (var (parameterName, parameter) in named_parameters())
                {
                    destination.TryAdd(start + parameterName, parameter);
                }

                foreach (var (bufferName, buffer) in named_buffers(include_nonpersistent: false))
                {
                    destination.TryAdd(start + bufferName, buffer);
                }

                foreach (var (childName, child) in _internal_submodules)
                {
                    child.state_dict(destination, start + childName);
                }

                return destination;
            }

            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                skip ??= [];
                var destination = state_dict();
                var unexpected = source.Keys.Where(key => !skip.Contains(key)
                    && !destination.ContainsKey(key)).ToList();
                var missing = destination.Keys.Where(key => !skip.Contains(key) && !source.ContainsKey(key)).ToList();
                if (strict && (missing.Count > 0 || unexpected.Count > 0))
                {
                    throw new InvalidOperationException(
                        "The loaded state_dict is not identical to the target dictionary."
                        + (missing.Count > 0 ? $" Missing: {string.Join(", ", missing)}." : "")
                        + (unexpected.Count > 0 ? $" Unexpected: {string.Join(", ", unexpected)}." : ""));
                }

                using var off = no_grad();
                foreach (var (key, tensor) in source)
                {
                    if (!skip.Contains(key) && destination.TryGetValue(key, out var target))
                    {
                        target.copy_(tensor);
                    }
                }

                return (missing, unexpected);
            }

            public Module save(string location, IList<string>? skip = null)
            {
                using var stream = File.Create(location);
                return save(stream, skip);
            }

            public Module save(BinaryWriter writer, IList<string>? skip = null)
            {
                save_state_dict(writer, state_dict(), skip);
                return this;
            }

            public Module save(Stream stream, IList<string>? skip = null)
            {
                using var writer = new BinaryWriter(stream);
                return save(writer, skip);
            }

            public virtual Module load(
                string location, bool strict = true, IList<string>? skip = null,
                Dictionary<string, bool>? loadedParameters = null)
            {
                if (!File.Exists(location))
                {
                    throw new FileNotFoundException(location);
                }

                using var stream = File.OpenRead(location);
                return load(stream, strict, skip, loadedParameters);
            }

            public virtual Module load(
                BinaryReader reader, bool strict = true, IList<string>? skip = null,
                Dictionary<string, bool>? loadedParameters = null)
            {
                var targets = state_dict();
                var count = reader.Decode();
                if (strict && count != targets.Count)
                {
                    throw new ArgumentException(
                        $"Mismatched state_dict sizes: expected {targets.Count}, but found {count} entries.");
                }

                for (var i = 0L; i < count; i++)
                {
                    var key = reader.ReadString();
                    var found = targets.TryGetValue(key, out var target);
                    if (!found && strict)
                    {
                        throw new ArgumentException(
                            "Mismatched module state names: the target modules does not have a submodule or buffer "
                            + $"named '{key}'");
                    }

                    if (found && skip?.Contains(key) != true)
                    {
                        target!.Load(reader);
                    }
                    else
                    {
                        // Skipped, but read all the same: the stream has to move past it.
                        TensorExtensionMethods.Load(reader, skip: true);
                    }

                    loadedParameters?.Add(key, found);
                }

                return this;
            }

            public Module load(
                Stream stream, bool strict = true, IList<string>? skip = null,
                Dictionary<string, bool>? loadedParameters = null)
            {
                using var reader = new BinaryReader(stream);
                return load(reader, strict, skip, loadedParameters);
            }
        }
    }
}
