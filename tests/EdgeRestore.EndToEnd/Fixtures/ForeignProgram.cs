using System.Diagnostics;
using EdgeRestore.TestPackages;

namespace EdgeRestore.EndToEnd.Fixtures;

/// <summary>Programs that are not ours, in processes of their own.</summary>
internal static class ForeignProgram
{
    /// <summary>Debian's own interpreter: others lack the modules.</summary>
    public const string Python = "/usr/bin/python3";

    /// <summary>The repository.</summary>
    public static string Root => Checkout.Root;

    public static string Client(string name) => Path.Combine(Root, "tests/EdgeRestore.EndToEnd/Clients", name);

    /// <summary>Fails the test, with what to install, when something is missing.</summary>
    public static async Task RequireAsync(string program, params string[] arguments)
    {
        try
        {
            await RunAsync(program, arguments);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException(
                $"'{program}' or what it needs is missing. Run './edgerestore setup test' (Debian: python3-grpcio "
                + "python3-protobuf python3-prometheus-client protobuf-compiler protobuf-compiler-grpc; npm ci).",
                exception);
        }
    }

    /// <summary>Runs a program to its end; what it wrote, when it ended well.</summary>
    public static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, byte[]? input = null, string? pythonPath = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.Environment["PYTHONPATH"] = pythonPath ?? "";
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            if (input is not null)
            {
                await process.StandardInput.BaseStream.WriteAsync(input).AsTask().WaitAsync(Patience.Limit);
            }

            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(Patience.Limit);
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await errors}");
            return await output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
