using System.CommandLine;
using System.CommandLine.Help;

namespace EdgeRestore.Training.Commands;

/// <summary>The verbs of the trainer.</summary>
internal static class CommandLine
{
    public static Command Create() =>
        new("./edgerestore", "Trains the networks of EdgeRestore and makes packages of them.")
    {
        new HelpOption { Action = new VerbHelp() },
        TrainCommand.Build(),
        TrainCommand.BuildClassifier(),
        ImportCommand.Build(),
        ExportCommand.Build(),
    };

    // Saving a checkpoint after Ctrl+C takes longer than the two seconds that are the default.
    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error) =>
        CommandRun.RunAsync(Create, args, output, error, TimeSpan.FromMinutes(1));
}
