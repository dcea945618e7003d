using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace EdgeRestore.Commands;

/// <summary>
/// Help whose usage is what a person types: of a verb below another one System.CommandLine shows the arguments of that one,
/// too, which are not given with it.
/// </summary>
public sealed class VerbHelp : SynchronousCommandLineAction
{
    /// <summary>Who asks for help need not give what is required.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        ArgumentNullException.ThrowIfNull(parseResult);
        foreach (var argument in Above(parseResult.CommandResult.Command).SelectMany(command => command.Arguments))
        {
            // The tree is made for one command line.
            argument.Hidden = true;
        }

        return new HelpAction().Invoke(parseResult);
    }

    private static IEnumerable<Command> Above(Command command) =>
        command.Parents.OfType<Command>().SelectMany(parent => Above(parent).Append(parent));
}
