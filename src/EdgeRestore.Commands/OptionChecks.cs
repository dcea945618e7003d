using System.CommandLine;
using System.CommandLine.Parsing;
using System.Numerics;

namespace EdgeRestore.Commands;

/// <summary>
/// Checks of options' values, which tell what was found and what is allowed; the help tells the latter, too.
/// </summary>
public static class OptionChecks
{
    /// <summary>Lets numbers from <paramref name="least"/> to <paramref name="most"/> pass, and nothing else.</summary>
    /// <param name="option">A number.</param>
    /// <param name="least">The smallest that is allowed.</param>
    /// <param name="most">The largest.</param>
    /// <param name="unit">For the message: dB, seconds.</param>
    public static Option<T> Between<T>(this Option<T> option, T least, T most, string unit = "")
        where T : struct, INumber<T>
    {
        Check<T, T>(option, value => value >= least && value <= most, $"{least} to {most} {unit}");
        return option;
    }

    /// <inheritdoc cref="Between{T}(Option{T}, T, T, string)"/>
    public static Option<T?> Between<T>(this Option<T?> option, T least, T most, string unit = "")
        where T : struct, INumber<T>
    {
        Check<T?, T>(option, value => value >= least && value <= most, $"{least} to {most} {unit}");
        return option;
    }

    /// <summary>Lets numbers of <paramref name="least"/> and more pass.</summary>
    public static Option<T> AtLeast<T>(this Option<T> option, T least)
        where T : struct, INumber<T>
    {
        Check<T, T>(option, value => value >= least, $"{least} or more");
        return option;
    }

    /// <inheritdoc cref="AtLeast{T}(Option{T}, T)"/>
    public static Option<T?> AtLeast<T>(this Option<T?> option, T least)
        where T : struct, INumber<T>
    {
        Check<T?, T>(option, value => value >= least, $"{least} or more");
        return option;
    }

    /// <summary>Lets numbers pass that a condition holds for.</summary>
    /// <param name="option">A number that need not be given.</param>
    /// <param name="isAllowed">Never asked about an option that was not given.</param>
    /// <param name="allowed">The condition in words.</param>
    public static Option<T?> Where<T>(this Option<T?> option, Func<T, bool> isAllowed, string allowed)
        where T : struct, INumber<T>
    {
        Check<T?, T>(option, isAllowed, allowed);
        return option;
    }

    /// <summary>Lets these words pass, and offers them where a shell completes.</summary>
    public static TOption OneOf<TOption>(this TOption option, params IReadOnlyList<string> words)
        where TOption : Option
    {
        ArgumentNullException.ThrowIfNull(option);
        option.CompletionSources.Add([.. words]);
        option.Validators.Add(result => RequireWord(result, option.Name, words));
        return option;
    }

    /// <summary>The same for an argument.</summary>
    public static Argument<string> OneOf(this Argument<string> argument, params IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(argument);
        argument.CompletionSources.Add([.. words]);
        argument.Validators.Add(result => RequireWord(result, $"The {argument.Name}", words));
        return argument;
    }

    private static void RequireWord(SymbolResult result, string name, IReadOnlyList<string> words)
    {
        foreach (var word in result.Tokens.Select(token => token.Value).Where(word => !words.Contains(word)))
        {
            result.AddError($"{name} is '{word}'. Allowed: {string.Join(", ", words)}.");
        }
    }

    private static void Check<T, TNumber>(Option<T> option, Func<TNumber, bool> isAllowed, string allowed)
        where TNumber : struct
    {
        ArgumentNullException.ThrowIfNull(option);
        option.Description = $"{option.Description} [{allowed.TrimEnd()}]".TrimStart();
        option.Validators.Add(result =>
        {
            // A word for a number has its own error already, and asking for its value would throw.
            if (!result.Errors.Any() && result.GetValueOrDefault<T>() is TNumber value && !isAllowed(value))
            {
                result.AddError($"{option.Name} is {value}. Allowed: {allowed.TrimEnd()}.");
            }
        });
    }
}
