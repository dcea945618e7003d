using System.Diagnostics;
using System.Text.RegularExpressions;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Semantics;
using EdgeRestore.Packages;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Engines;

/// <summary>Finds the best provider that really runs a frame, and says why the better ones were passed over.</summary>
internal static partial class ProviderProbe
{
    // Large enough for every level of the networks, small enough not to be noticed at start.
    private const int ProbeSidePixels = 64;

    /// <summary>
    /// Tries the providers that a device name allows, fastest first. TensorRT runs no graph without an engine, and
    /// building one takes minutes: it is only looked for, and what stands below it is tried too.
    /// </summary>
    /// <param name="device">As in <see cref="RestorerOptions.Device"/>.</param>
    /// <param name="available">What this build of ONNX Runtime has, by its own names.</param>
    /// <param name="manifest">Says which frames the package takes.</param>
    /// <param name="encoder">Gives the tokens of the probe, where the package takes them.</param>
    /// <param name="findTensorRt">Throws where there is none.</param>
    /// <param name="build">Builds the engine to probe with.</param>
    /// <returns>The provider, its probed engine, and every step tried.</returns>
    /// <exception cref="EngineException">None works.</exception>
    public static (ExecutionProvider Provider, Engine Engine, IReadOnlyList<ProviderStep> Steps) Find(
        string device, IReadOnlyList<string> available, PackageManifest manifest, SemanticEncoder? encoder,
        Action findTensorRt,
        Func<ExecutionProvider, Engine> build)
    {
        ExecutionProvider[] ladder = device switch
        {
            "auto" => [ExecutionProvider.TensorRt, ExecutionProvider.Cuda, ExecutionProvider.Cpu],
            "tensorrt" => [ExecutionProvider.TensorRt, ExecutionProvider.Cuda],
            "cuda" => [ExecutionProvider.Cuda],
            "cpu" => [ExecutionProvider.Cpu],
            _ => throw new ArgumentException(
                $"Device is '{device}', allowed are auto, tensorrt, cuda, cpu.", nameof(device)),
        };
        var steps = new List<ProviderStep>();
        Exception? last = null;
        foreach (var provider in ladder)
        {
            if (!available.Contains(provider.ToRuntimeName()))
            {
                var reason = $"this build of ONNX Runtime lacks it, it has {string.Join(", ", available)}";
                steps.Add(new ProviderStep(provider.ToName(), false, reason));
                if (device == "tensorrt")
                {
                    break;
                }

                continue;
            }

            Engine? engine = null;
            OnnxRuntimeLibrary.TakeLastError();
            try
            {
                if (provider == ExecutionProvider.TensorRt)
                {
                    findTensorRt();
                    continue;
                }

                engine = build(provider);
                steps.Add(new ProviderStep(provider.ToName(), true, Probe(engine, provider, manifest, encoder)));
                return (provider, engine, steps);
            }
            catch (EngineException exception)
            {
                engine?.Dispose();
                last = exception;
                steps.Add(new ProviderStep(provider.ToName(), false, Explain(exception)));
                if (device == "tensorrt")
                {
                    break;
                }
            }
        }

        var tried = string.Join("; ", steps.Select(step => $"{step.Provider}: {step.Reason}"));
        throw new EngineException(
            $"No provider runs this package on device '{device}': {tried}. Install what is missing, name another " +
            $"ONNX Runtime in {OnnxRuntimeLibrary.DirectoryVariable}, or use device 'cpu' or 'auto'.",
            last!);
    }

    /// <summary>Fills a frame with a gradient and texture: flat frames make normalisation layers divide by
    /// nothing.</summary>
    public static void Paint(Frame frame)
    {
        var pixels = frame.Pixels;
        var rowBytes = frame.Width * 3;
        for (var index = 0; index < pixels.Length; index++)
        {
            pixels[index] = (byte)((index / rowBytes) + (index * 37 % 101));
        }
    }

    private static string Probe(
        Engine engine, ExecutionProvider provider, PackageManifest manifest, SemanticEncoder? encoder)
    {
        var side = Math.Max(ProbeSidePixels, manifest.Network.MinSidePixels);
        using var frame = Frame.Rent(side, side, PixelFormat.Rgb24);
        Paint(frame);
        using var output = Frame.Rent(side, side, PixelFormat.Rgb24);
        using var slot = new EngineSlot();
        if (encoder is not null)
        {
            slot.SetTokens(encoder.Encode(frame));
        }

        var start = Stopwatch.GetTimestamp();
        var nonFinite = slot.Run(engine, frame, output, strength: 1);

        // The CPU is the last step: what is not finite there is the package's fault, and every frame will say so.
        if (nonFinite > 0 && provider != ExecutionProvider.Cpu)
        {
            throw new EngineException(
                $"a {side}x{side} frame gave {nonFinite} values that are not finite", new ArithmeticException());
        }

        return $"ran a {side}x{side} frame in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F1} ms";
    }

    /// <summary>The missing library where the loader names one, else the first line of the failure.</summary>
    private static string Explain(EngineException exception)
    {
        var message = (exception.InnerException as OnnxRuntimeException ?? (Exception)exception).Message;
        var library = MissingLibrary().Match(OnnxRuntimeLibrary.TakeLastError() + message);
        return library.Success ? $"{library.Groups["name"].Value} is missing" : message.Split('\n')[0];
    }

    [GeneratedRegex(@"(?<name>[\w.+-]+\.so[\w.]*): cannot open shared object file")]
    private static partial Regex MissingLibrary();
}
