namespace EdgeRestore.Packages;

/// <summary>Where a path ends once every link in it is followed (realpath(3)).</summary>
internal static class RealPath
{
    // As in Linux (MAXSYMLINKS): beyond it a chain is a loop.
    private const int MaxLinkCount = 40;

    public static string Resolve(string path)
    {
        var linkCount = 0;
        var pending = new Stack<string>();
        Push(pending, Path.GetFullPath(path));
        var resolved = "/";
        while (pending.TryPop(out var segment))
        {
            if (segment is "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? "/";
                continue;
            }

            var next = Path.Combine(resolved, segment);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                resolved = next;
                continue;
            }

            if (++linkCount > MaxLinkCount)
            {
                throw new IOException($"Too many links on the way to '{path}'.");
            }

            resolved = target.StartsWith('/') ? "/" : resolved;
            Push(pending, target);
        }

        return resolved;
    }

    private static void Push(Stack<string> pending, string path)
    {
        foreach (var segment in path.Split('/').Reverse().Where(segment => segment is not ("" or ".")))
        {
            pending.Push(segment);
        }
    }
}
