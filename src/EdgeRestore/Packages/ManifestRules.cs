using System.Text.RegularExpressions;
using EdgeRestore.Degradations;

namespace EdgeRestore.Packages;

/// <summary>What a manifest must satisfy beyond being well-formed JSON.</summary>
internal static partial class ManifestRules
{
    private const int MaxFileCount = 256;

    // Nothing in a network comes near; it keeps later arithmetic on these numbers from overflowing.
    private const int MaxSidePixels = 4096;

    private const int MaxTokenSize = 65536;

    public static void Check(PackageManifest manifest, bool filesRequired)
    {
        CheckName("name", manifest.Name);
        CheckName("version", manifest.Version);
        CheckText("network.family", manifest.Network.Family);
        CheckText("network.preset", manifest.Network.Preset);
        CheckRange("network.parameters", manifest.Network.Parameters, 0, long.MaxValue);
        CheckRange("network.sizeMultiple", manifest.Network.SizeMultiple, 1, MaxSidePixels);
        CheckRange("network.minSidePixels", manifest.Network.MinSidePixels, 1, MaxSidePixels);

        if (manifest.Network.Semantic is { } semantic)
        {
            CheckRange("network.semantic.tokenSize", semantic.TokenSize, 1, MaxTokenSize);
            if (!PackageSemantic.PositionalEmbeddings.Contains(semantic.PositionalEmbedding))
            {
                throw Invalid(
                    "network.semantic.positionalEmbedding", $"'{semantic.PositionalEmbedding}'",
                    string.Join(", ", PackageSemantic.PositionalEmbeddings));
            }
        }

        CheckText("classifier.network", manifest.Classifier.Network);
        CheckRange("classifier.parameters", manifest.Classifier.Parameters, 0, long.MaxValue);
        CheckRange("classifier.temperature", manifest.Classifier.Temperature, 1e-6, 1e6);
        CheckRange("classifier.threshold", manifest.Classifier.Threshold, 0, 1);

        CheckRoutes(manifest);
        CheckRange("provenance.steps", manifest.Provenance.Steps, 0, long.MaxValue);
        CheckRange("provenance.cpuHours", manifest.Provenance.CpuHours, 0, double.MaxValue);
        CheckFiles(manifest, filesRequired);
    }

    private static void CheckRoutes(PackageManifest manifest)
    {
        if (manifest.Routes.IsDefaultOrEmpty)
        {
            throw Invalid("routes", "none", "at least one");
        }

        var seen = new HashSet<Degradation>();
        foreach (var route in manifest.Routes)
        {
            if (route is null)
            {
                throw Invalid("routes", "null", "a route");
            }

            var name = $"routes[{route.Degradation.ToName()}]";
            if (route.Degradation == Degradation.Clear)
            {
                throw Invalid(name, "a subnetwork for clear frames", "none, since clear frames pass through untouched");
            }

            if (!seen.Add(route.Degradation))
            {
                throw Invalid(name, "two routes of one degradation", "one");
            }

            if (!PackageManifest.Precisions.Contains(route.Precision))
            {
                var allowed = string.Join(", ", PackageManifest.Precisions);
                throw Invalid(name + ".precision", $"'{route.Precision}'", allowed);
            }

            CheckRange(name + ".parameters", route.Parameters, 0, long.MaxValue);
            CheckRange(name + ".macsPerPixel", route.MacsPerPixel, 0, double.MaxValue);
            if (route.Quality is { } quality)
            {
                CheckText(name + ".quality.protocol", quality.Protocol);
                CheckRange(name + ".quality.psnrIn", quality.PsnrIn, 0, 200);
                CheckRange(name + ".quality.psnrOut", quality.PsnrOut, 0, 200);
                CheckRange(name + ".quality.ssimIn", quality.SsimIn, -1, 1);
                CheckRange(name + ".quality.ssimOut", quality.SsimOut, -1, 1);
            }

            CheckPsnrChange(name + ".psnrChange", route, manifest.Routes[0].PsnrChange is not null);
            CheckVariants(name + ".variants", route);
        }
    }

    private static void CheckVariants(string what, PackageRoute route)
    {
        var seen = new HashSet<(string, string)>();
        foreach (var variant in route.Variants is { IsDefault: false } variants ? variants : [])
        {
            if (variant is null)
            {
                throw Invalid(what, "null", "a variant");
            }

            if (!PackageManifest.Precisions.Contains(variant.Precision))
            {
                throw Invalid(what, $"precision '{variant.Precision}'", string.Join(", ", PackageManifest.Precisions));
            }

            if (!PackageManifest.VariantProviders.Contains(variant.Provider))
            {
                throw Invalid(
                    what, $"provider '{variant.Provider}'", string.Join(", ", PackageManifest.VariantProviders));
            }

            if (!seen.Add((variant.Provider, variant.Precision)))
            {
                throw Invalid(what, $"{variant.Precision} for {variant.Provider} twice", "each once");
            }

            CheckPath(what + ".file", variant.File);
            CheckRange(what + ".speedup", variant.Speedup ?? 0, 0, 1e6);
            CheckRange(what + ".psnrDrop", variant.PsnrDrop ?? 0, -200, 200);
        }
    }

    private static void CheckPsnrChange(string what, PackageRoute route, bool isWanted)
    {
        if (route.PsnrChange is null != !isWanted)
        {
            throw Invalid(what, route.PsnrChange is null ? "none" : "values", "values for all routes or for none");
        }

        if (route.PsnrChange is not { } changes)
        {
            return;
        }

        foreach (var degradation in DegradationNames.All)
        {
            if (!changes.TryGetValue(degradation.ToName(), out var change))
            {
                throw Invalid(what, $"no value for {degradation.ToName()}", "one for each degradation, clear included");
            }

            CheckRange($"{what}.{degradation.ToName()}", change, -200, 200);
        }

        if (changes.Count != DegradationNames.Count)
        {
            throw Invalid(what, $"{changes.Count} values", $"{DegradationNames.Count}, one for each degradation");
        }
    }

    private static void CheckFiles(PackageManifest manifest, bool filesRequired)
    {
        CheckPath("classifier.file", manifest.Classifier.File);
        if (manifest.Network.Semantic is { } semantic)
        {
            CheckPath("network.semantic.file", semantic.File);
        }

        foreach (var route in manifest.Routes)
        {
            CheckPath($"routes[{route.Degradation.ToName()}].file", route.File);
        }

        if (!filesRequired)
        {
            return;
        }

        if (manifest.Files.IsDefaultOrEmpty || manifest.Files.Length > MaxFileCount)
        {
            var found = manifest.Files.IsDefault ? 0 : manifest.Files.Length;
            throw Invalid("files", $"{found} files", $"1 to {MaxFileCount}");
        }

        // Case is ignored so that a package means the same on every file system.
        var listed = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in manifest.Files)
        {
            if (file is null)
            {
                throw Invalid("files", "null", "a file");
            }

            CheckPath("files.path", file.Path);
            if (!listed.Add(file.Path)
                || file.Path.Equals(PackageManifest.FileName, StringComparison.OrdinalIgnoreCase)
                || file.Path.Equals(PackageSignature.FileName, StringComparison.OrdinalIgnoreCase))
            {
                throw Invalid(
                    "files.path", $"'{file.Path}'",
                    $"each file once, and not {PackageManifest.FileName} or its signature");
            }

            CheckRange($"files[{file.Path}].lengthBytes", file.LengthBytes, 0, long.MaxValue);
            if (!Sha256Pattern().IsMatch(file.Sha256))
            {
                throw Invalid($"files[{file.Path}].sha256", $"'{file.Sha256}'", "64 lower-case hexadecimal digits");
            }
        }

        foreach (var path in manifest.GraphFiles)
        {
            if (!manifest.Files.Any(file => file.Path == path))
            {
                throw Invalid(
                    "files", $"no entry for '{path}', which a route names", "an entry for every file that is used");
            }
        }
    }

    /// <summary>Refuses every path that could mean something outside the package's folder.</summary>
    internal static void CheckPath(string what, string path)
    {
        var valid = path.Length is > 0 and <= 240
            && !path.Contains('\\')
            && !path.Contains(':')
            && !path.Any(char.IsControl)
            && path.Split('/').All(segment => segment is not ("" or "." or ".."));
        if (!valid)
        {
            throw Invalid(what, $"'{path}'", "a relative path with forward slashes that stays inside the package");
        }
    }

    internal static bool IsName(string name) => NamePattern().IsMatch(name);

    private static void CheckName(string what, string name)
    {
        if (!IsName(name))
        {
            throw Invalid(
                what, $"'{name}'", "1 to 64 of a-z, A-Z, 0-9, '.', '_', '+' and '-', starting with a letter or digit");
        }
    }

    private static void CheckText(string what, string text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > 256)
        {
            throw Invalid(what, text.Length > 256 ? $"{text.Length} characters" : "nothing", "1 to 256 characters");
        }
    }

    private static void CheckRange(string what, double value, double least, double most)
    {
        // Written so that NaN fails too.
        if (!(value >= least && value <= most))
        {
            var allowed = most is double.MaxValue ? $"a finite number from {least}" : $"{least} to {most}";
            throw Invalid(what, $"{value}", allowed);
        }
    }

    private static void CheckRange(string what, long value, long least, long most)
    {
        if (value < least || value > most)
        {
            throw Invalid(what, $"{value}", most == long.MaxValue ? $"{least} or more" : $"{least} to {most}");
        }
    }

    private static PackageException Invalid(string what, string found, string allowed) => new(
        $"The package manifest is invalid at '{what}': found {found}, allowed {allowed}. Export the package again.");

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._+-]{0,63}\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Sha256Pattern();
}
