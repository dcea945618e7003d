using System.CommandLine;
using System.CommandLine.Help;
using EdgeRestore.Cli.Benching;
using EdgeRestore.Cli.Demo;
using EdgeRestore.Cli.Evaluating;
using EdgeRestore.Cli.Packages;
using EdgeRestore.Cli.Photographs;
using EdgeRestore.Cli.Restoring;
using EdgeRestore.Cli.Streaming;

namespace EdgeRestore.Cli;

/// <summary>The verbs of the operator's command line.</summary>
internal static class CommandLine
{
    private const string Description = "EdgeRestore restores camera frames on the box beside the camera.";

    public static Command Create() => new("./edgerestore", Description)
    {
        new HelpOption(),
        DemoCommand.Create(),
        RestoreCommand.Create(),
        StreamCommand.Create(),
        StatusCommand.Create(),
        BenchCommand.Create(),
        TokenCommand.Create(),
        EvaluateCommand.Create(),
        PackageCommand.Create(),
        PhotographsCommand.Create(),
    };

    // A video that is stopped is finished first: its last frame, what the encoder holds back, the index.
    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error) =>
        CommandRun.RunAsync(Create, args, output, error, TimeSpan.FromMinutes(5));
}
