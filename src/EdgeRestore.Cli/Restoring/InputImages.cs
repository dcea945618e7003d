using System.IO.Enumeration;
using EdgeRestore.Cli.Output;
using EdgeRestore.Codecs;
using EdgeRestore.Frames;

namespace EdgeRestore.Cli.Restoring;

/// <summary>
/// The image files that the arguments of a command stand for, each with its name below the output folder.
/// </summary>
internal static class InputImages
{
    /// <summary>
    /// A file by itself is taken whatever it is called and keeps its name; those of a folder keep their path below it.
    /// </summary>
    /// <param name="arguments">Files and folders.</param>
    /// <param name="excluded">A folder whose content is not input: the output folder, when it lies in an input
    /// folder.</param>
    /// <exception cref="EdgeRestoreException">An argument does not exist or cannot be read, or none is
    /// left.</exception>
    public static IReadOnlyList<InputImage> Find(IReadOnlyList<string> arguments, string? excluded = null)
    {
        var images = new List<InputImage>();
        foreach (var argument in arguments)
        {
            var full = Path.GetFullPath(argument);
            if (Directory.Exists(full))
            {
                if (excluded is not null
                    && Path.TrimEndingDirectorySeparator(full) == Path.TrimEndingDirectorySeparator(excluded))
                {
                    throw new WrongCommandLineException(
                        $"'{argument}' is the input and the output folder at once. Give --out a folder of its own; it "
                        + "may lie in the input folder.");
                }

                try
                {
                    images.AddRange(Walk(full, excluded));
                }
                catch (UnauthorizedAccessException exception)
                {
                    throw new EdgeRestoreException(
                        $"Input '{argument}' cannot be read whole: {exception.Message} Allow this user to read that "
                        + "folder, or give the others one by one.",
                        exception);
                }
            }
            else if (File.Exists(full))
            {
                if (!FileFacts.Of(full).IsRegular)
                {
                    throw new EdgeRestoreException(
                        $"Input '{argument}' is a pipe, a socket or a device; images are read from files. Write what "
                        + "comes out of it to a file, and give that one.");
                }

                images.Add(new InputImage(full, Path.GetFileName(full)));
            }
            else
            {
                throw new EdgeRestoreException(
                    $"Input '{argument}' does not exist. Give image files or folders that hold some.");
            }
        }

        if (images.Count == 0)
        {
            throw new EdgeRestoreException(
                $"No image found in {string.Join(", ", arguments.Select(argument => $"'{argument}'"))}. Looked for "
                + $"{string.Join(' ', ImageCodec.Extensions)} in these folders and all below them. "
                + "Give other folders, or the files themselves.");
        }

        return [.. images.DistinctBy(image => image.Path).OrderBy(image => image.RelativeName, StringComparer.Ordinal)];
    }

    /// <summary>Sees to it that no result takes the place of another one, or of an input.</summary>
    /// <param name="namesOfResults">What is written for an input, below the output folder.</param>
    /// <exception cref="WrongCommandLineException">One would.</exception>
    public static void RequireApart(
        IReadOnlyList<InputImage> images, string? outputFolder, Func<string, IEnumerable<string>> namesOfResults)
    {
        if (outputFolder is null)
        {
            return;
        }

        var inputs = images.Select(image => FileFacts.IdentityOf(image.Path)).ToHashSet();
        var writers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var image in images)
        {
            foreach (var name in namesOfResults(image.RelativeName))
            {
                if (!writers.TryAdd(name, image.Path))
                {
                    throw OutputFolder.DescribeClash(writers[name], image.Path, Path.Combine(outputFolder, name));
                }

                var result = Path.Combine(outputFolder, name);
                if (FileFacts.IdentityOf(result) is { } there && inputs.Contains(there))
                {
                    throw new WrongCommandLineException(
                        $"The result of '{image.Path}' would take the place of an input, '{result}'. Give --out "
                        + "another folder.");
                }
            }
        }
    }

    private static IEnumerable<InputImage> Walk(string folder, string? excluded)
    {
        // Hidden folders hold what programs keep for themselves.
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.Hidden,
            IgnoreInaccessible = false,
        };
        var files = new FileSystemEnumerable<string>(folder, (ref entry) => entry.ToSpecifiedFullPath(), options)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory,

            // Links to files are files; links to folders are not followed, so no walk is endless.
            ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        var outside = excluded is null ? null : Path.TrimEndingDirectorySeparator(excluded) + '/';
        return files
            .Where(ImageCodec.IsImageFile)
            .Where(path => outside is null || !path.StartsWith(outside, StringComparison.Ordinal))
            .Select(path => new InputImage(path, Path.GetRelativePath(folder, path)));
    }
}
