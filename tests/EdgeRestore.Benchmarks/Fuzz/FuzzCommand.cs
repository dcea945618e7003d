using System.CommandLine;
using System.Diagnostics;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Benchmarks.Fuzz;

/// <summary>
/// Damaged messages and images by the million: nothing may crash, hang, leak, or be read as what it is not.
/// </summary>
internal static class FuzzCommand
{
    public static Command Create()
    {
        var count = new Option<int>("--count")
        {
            DefaultValueFactory = _ => 1_000_000,
            Description = "Inputs in all: most are messages, one in twenty an image, one in a hundred goes to a daemon",
        };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1, Description = "Of the damage" };
        var command = new Command(
            "fuzz",
            "Damages messages, images and streams, and looks whether readers and a daemon stand it.\n\n"
            + "Messages are read by the daemon's reader and by protobuf's, which must agree; images by the daemon's "
            + "decoders, which must give a frame of the stated size or one clear error; streams go to a running "
            + "daemon, which must answer or refuse each, and serve a sound stream at the end.\n\n"
            + "Example: ./edgerestore fuzz --count 10000000 --seed 7\n\n"
            + "Exit codes: 0 stood it; 1 failed, with the input in hexadecimal; 2 wrong option; 5 cannot run.")
        {
            count, seed,
        };
        command.SetAction(async (parsed, _) => await RunAsync(parsed.GetValue(count), parsed.GetValue(seed)));
        return command;
    }

    private static async Task<int> RunAsync(int count, int seed)
    {
        var scratch = Directory.CreateTempSubdirectory("edgerestore-fuzz-");
        var start = Stopwatch.GetTimestamp();
        try
        {
            Report("messages", MessageFuzz.Run(new Random(seed), count - (count / 20) - (count / 100)));
            Report("images", ImageFuzz.Run(new Random(seed), count / 20));
            var package = new TestPackage().Write(Path.Combine(scratch.FullName, "package"));
            await using var daemon = await ServerProcess.StartDaemonAsync(package.Directory);
            Report("streams", await StreamFuzz.RunAsync(daemon.Address, new Random(seed), count / 100));
            Console.WriteLine($"passed in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
            return 0;
        }
        catch (FuzzException exception)
        {
            Console.WriteLine($"FAULT {exception.Message}");
            return 1;
        }
        catch (EdgeRestoreException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 5;
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static void Report(string what, (int Taken, int Refused) counts) =>
        Console.WriteLine($"{counts.Taken + counts.Refused} {what}: {counts.Taken} taken, {counts.Refused} refused");
}

/// <summary>An input that was not stood.</summary>
internal sealed class FuzzException(string what, ReadOnlySpan<byte> input)
    : Exception($"{what} Input: {Convert.ToHexString(input)}");
