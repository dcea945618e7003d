using System.CommandLine;
using System.Globalization;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Engines;

namespace EdgeRestore.Quantization.Commands;

/// <summary><c>quantize engine plan</c>: decides off the device what is built on it.</summary>
internal static class EnginePlanCommand
{
    private const string Help = """
        Decides which engines a device is to have, without the device: forms, frame sizes, memory, and what its TensorRT
        cannot take. The plan is a file for 'engine build --plan' on the device.

        Example:
          ./edgerestore quantize engine plan deploy/models/edgerestore-default --for orin-nx --shape 1920x1080 \
            --out orin.plan

        Exit codes: 0 planned; 1 planned, but nothing is left to build; 2 wrong command line; 5 cannot plan (package,
        device, disk).
        """;

    public static Command Create()
    {
        var package = EngineCommand.CreatePackage();
        var device = SearchOptions.CreateFor();
        var (shapes, precision, level) = (
            EngineCommand.CreateShape(), EngineCommand.CreatePrecision(), EngineCommand.CreateLevel());
        shapes.Required = true;
        var @out = new Option<string>("--out") { Description = "The plan", HelpName = "file", Required = true };
        var command = new Command("plan", Help) { package, device, shapes, precision, level, @out };
        device.Required = true;
        command.SetAction(async parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var plan = EnginePlan.Of(
                ModelPackage.Open(parsed.GetRequiredValue(package)), EngineDevice.Find(parsed.GetRequiredValue(device)),
                EngineCommand.Parse(parsed.GetValue(shapes)), parsed.GetRequiredValue(precision),
                parsed.GetValue(level));
            var path = parsed.GetRequiredValue(@out);
            plan.Save(path);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{plan.Engines.Length} engines of {plan.Package} for {plan.Device}, builder level "
                + $"{plan.BuilderLevel}, scratch memory "
                + $"{(plan.WorkspaceBytes > 0 ? $"{plan.WorkspaceBytes >> 20} MiB at most" : "as TensorRT likes")}: "
                + $"{path}"));
            foreach (var engine in plan.Engines)
            {
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"  {engine.File} {engine.Shapes} {engine.Precision} ({string.Join(", ", engine.Routes)}), tensors "
                    + $"about {engine.FrameBytes / 1e6:F0} MB"));
            }

            foreach (var left in plan.LeftOut)
            {
                await output.WriteLineAsync($"  left out: {left}");
            }

            return plan.Engines.Length > 0 ? ExitCode.Done : ExitCode.PartFailed;
        });
        return command;
    }
}
