using System.Collections.Immutable;
using EdgeRestore.Codecs;
using EdgeRestore.Degradations;

namespace EdgeRestore.Pairs;

/// <summary>How a folder of pairs names its files: the conventions of the field's benchmarks.</summary>
/// <remarks>
/// The folders are those that AirNet, PromptIR, DFPIR and SymUNet read, or the archives as their authors publish them.
/// Files are looked for in all subfolders.
/// </remarks>
public abstract class PairLayout
{
    /// <summary>All layouts in the order of help texts.</summary>
    public static ImmutableArray<PairLayout> All { get; } =
    [
        new FolderLayout(
            "generic", null, ["input", "lq", "degraded"], ["target", "gt", "clean"], input => input),
        new FolderLayout(
            "rain100l", Degradations.Degradation.Rain, ["rainy", "input"], ["gt", "target"],
            input => input.StartsWith("rain-", StringComparison.Ordinal) ? "no" + input : input),
        new FolderLayout(
            "reside", Degradations.Degradation.Haze, ["hazy", "haze", "synthetic", "input"],
            ["clear", "original", "gt", "target"], input => input.Split('_')[0]),
        new FolderLayout(
            "gopro", Degradations.Degradation.Blur, ["blur", "input"], ["sharp", "target"], input => input),
        new FolderLayout(
            "lol", Degradations.Degradation.LowLight, ["low", "input"], ["high", "normal", "target"],
            input => input),
        new ClassLayout(),
        new NoiseLayout(),
    ];

    /// <summary>The layout's name in recipes and options.</summary>
    public abstract string Name { get; }

    /// <summary>What is wrong with all of its images, where the layout says it.</summary>
    public virtual Degradation? Degradation => null;

    /// <summary>Whether each image's folder says what is wrong with it.</summary>
    public virtual bool NamesDegradations => false;

    /// <summary>One line for help and messages.</summary>
    public abstract string Convention { get; }

    /// <summary>The layout of a name; none where there is none.</summary>
    public static PairLayout? Find(string name) =>
        All.FirstOrDefault(layout => string.Equals(layout.Name, name, StringComparison.Ordinal));

    /// <summary>All pairs of a folder in the order of their paths.</summary>
    /// <param name="folder">Exists.</param>
    /// <param name="degradation">What is wrong with images of which neither layout nor folder says it.</param>
    /// <exception cref="EdgeRestoreException">There are none, or some files have no counterpart.</exception>
    public IReadOnlyList<ImagePair> Find(string folder, Degradation? degradation)
    {
        if (!Directory.Exists(folder))
        {
            throw new EdgeRestoreException(
                $"The folder of pairs '{folder}' does not exist. Layout '{Name}' is: {Convention}. Correct the "
                + "folder's name.");
        }

        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(ImageCodec.IsImageFile)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)
            .ToList();
        var unmatched = new List<string>();
        var pairs = Match(files, degradation, unmatched)
            .Select(pair => pair with
            {
                InputPath = Path.Combine(folder, pair.InputPath),
                TargetPath = Path.Combine(folder, pair.TargetPath),
            })
            .ToList();
        if (unmatched.Count > 0)
        {
            throw new EdgeRestoreException(
                $"In '{folder}' {unmatched.Count} of {files.Count} images have no counterpart by layout '{Name}' "
                + $"({Convention}): {Shorten(unmatched)}. Add what is missing, remove these, or name another layout: "
                + $"{string.Join(", ", All.Select(layout => layout.Name))}.");
        }

        return pairs.Count >= 2 ? pairs : throw new EdgeRestoreException(
            $"'{folder}' has {pairs.Count} pairs by layout '{Name}' ({Convention}) among {files.Count} images; at "
            + "least 2 are needed.");
    }

    /// <summary>Pairs by relative paths; what has no counterpart goes to the list.</summary>
    protected abstract IEnumerable<ImagePair> Match(
        IReadOnlyList<string> files, Degradation? degradation, List<string> unmatched);

    private static string Shorten(List<string> paths) =>
        string.Join(", ", paths.Take(5)) + (paths.Count > 5 ? $" and {paths.Count - 5} more" : "");

    /// <summary>Input and target in folders of certain names beside each other, at any depth.</summary>
    private sealed class FolderLayout(
        string name,
        Degradation? degradation,
        string[] inputs,
        string[] targets,
        Func<string, string> targetOf) : PairLayout
    {
        public override string Name => name;

        public override Degradation? Degradation => degradation;

        public override string Convention =>
            $"{string.Join(" or ", inputs)} beside {string.Join(" or ", targets)}, {(name switch
            {
                "rain100l" => "rain-N with norain-N or equal names",
                "reside" => "ID_....jpg with ID",
                _ => "equal names",
            })}";

        protected override IEnumerable<ImagePair> Match(
            IReadOnlyList<string> files, Degradation? given, List<string> unmatched)
        {
            // By what the path is without its role and extension; images of neither role are of no concern.
            var byKey = new Dictionary<string, string>(StringComparer.Ordinal);
            var used = new HashSet<string>(StringComparer.Ordinal);
            foreach (var file in files.Where(file => RoleOf(file) == Role.Target))
            {
                byKey[KeyOf(file, targets, isInput: false)] = file;
            }

            var pairs = new List<ImagePair>();
            foreach (var file in files.Where(file => RoleOf(file) == Role.Input))
            {
                if (byKey.TryGetValue(KeyOf(file, inputs, isInput: true), out var target))
                {
                    used.Add(target);
                    pairs.Add(new(file, target, degradation ?? given!.Value));
                }
                else
                {
                    unmatched.Add(file);
                }
            }

            unmatched.AddRange(byKey.Values.Where(target => !used.Contains(target)));
            return pairs;
        }

        private Role RoleOf(string file)
        {
            var folders = file.Split('/')[..^1];

            // The innermost one decides: OTS keeps 'synthetic/part1', GoPro 'train/SCENE/blur'.
            foreach (var folder in folders.Reverse())
            {
                if (inputs.Contains(folder, StringComparer.OrdinalIgnoreCase))
                {
                    return Role.Input;
                }

                if (targets.Contains(folder, StringComparer.OrdinalIgnoreCase))
                {
                    return Role.Target;
                }
            }

            return name != "rain100l" ? Role.None
                : Path.GetFileName(file).StartsWith("norain-", StringComparison.Ordinal) ? Role.Target
                : Path.GetFileName(file).StartsWith("rain-", StringComparison.Ordinal) ? Role.Input
                : Role.None;
        }

        // The folders above the role, then the file's name; what lies between them (OTS' parts) pairs nothing.
        private string KeyOf(string file, string[] roles, bool isInput)
        {
            var parts = file.Split('/');
            var role = Array.FindLastIndex(
                parts[..^1], folder => roles.Contains(folder, StringComparer.OrdinalIgnoreCase));
            var above = string.Join('/', parts[..Math.Max(0, role < 0 ? parts.Length - 1 : role)]);
            var below = name == "reside" || role < 0 ? "" : string.Join('/', parts[(role + 1)..^1]);
            var stem = Path.GetFileNameWithoutExtension(parts[^1]);
            return $"{above}|{below}|{(isInput ? targetOf(stem) : stem)}";
        }
    }

    private enum Role
    {
        None,
        Input,
        Target,
    }

    /// <summary>CDD-11: a folder per degradation beside 'clear', equal names in all.</summary>
    private sealed class ClassLayout : PairLayout
    {
        private const string Clean = "clear";

        // Those of its eleven that are in our closed list; the others (low_snow and the triples) are left out.
        private static readonly Dictionary<string, Degradation> Folders = new(StringComparer.OrdinalIgnoreCase)
        {
            ["low"] = Degradations.Degradation.LowLight,
            ["haze"] = Degradations.Degradation.Haze,
            ["rain"] = Degradations.Degradation.Rain,
            ["snow"] = Degradations.Degradation.Snow,
            ["low_haze"] = Degradations.Degradation.LowLightHaze,
            ["low_rain"] = Degradations.Degradation.LowLightRain,
            ["haze_rain"] = Degradations.Degradation.HazeRain,
            ["haze_snow"] = Degradations.Degradation.HazeSnow,
        };

        public override string Name => "cdd11";

        public override bool NamesDegradations => true;

        public override string Convention =>
            $"{string.Join(", ", Folders.Keys)} beside {Clean}, equal names; its other mixtures are left out";

        protected override IEnumerable<ImagePair> Match(
            IReadOnlyList<string> files, Degradation? degradation, List<string> unmatched)
        {
            var clean = files.Where(file => FolderOf(file) == Clean).ToDictionary(KeyOf, StringComparer.Ordinal);
            var used = new HashSet<string>(StringComparer.Ordinal);
            var pairs = new List<ImagePair>();
            foreach (var file in files.Where(file => Folders.ContainsKey(FolderOf(file))))
            {
                if (clean.TryGetValue(KeyOf(file), out var target))
                {
                    used.Add(target);
                    pairs.Add(new(file, target, Folders[FolderOf(file)]));
                }
                else
                {
                    unmatched.Add(file);
                }
            }

            unmatched.AddRange(clean.Values.Where(target => !used.Contains(target)));
            return pairs;
        }

        private static string FolderOf(string file) => file.Split('/') is { Length: > 1 } parts ? parts[^2] : "";

        private static string KeyOf(string file)
        {
            var parts = file.Split('/');
            var above = string.Join('/', parts[..Math.Max(0, parts.Length - 2)]);
            return $"{above}|{Path.GetFileNameWithoutExtension(parts[^1])}";
        }
    }

    /// <summary>BSD400 and WED: clean images alone; noise is added to each patch.</summary>
    private sealed class NoiseLayout : PairLayout
    {
        public override string Name => "bsd-wed";

        public override Degradation? Degradation => Degradations.Degradation.Noise;

        public override string Convention =>
            "clean images; noise of standard deviation 15, 25 or 50 is added to each patch";

        protected override IEnumerable<ImagePair> Match(
            IReadOnlyList<string> files, Degradation? degradation, List<string> unmatched) =>
            files.Select(file => new ImagePair(file, file, Degradations.Degradation.Noise));
    }
}
