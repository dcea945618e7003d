using System.Text.RegularExpressions;

namespace EdgeRestore.Cli.Video;

/// <summary>Camera addresses carry passwords, which no message and no log may show.</summary>
internal static partial class Secrets
{
    /// <summary>The text with the password of every URL in it replaced by stars.</summary>
    public static string Hide(string text) => Password().Replace(text, "$1***@");

    [GeneratedRegex(@"(\w+://[^\s/:@]*:)[^\s/]*@")]
    private static partial Regex Password();
}
