namespace EdgeRestore.Cli.Restoring;

/// <summary>One image file and the name that its result gets below the output folder.</summary>
internal sealed record InputImage(string Path, string RelativeName);
