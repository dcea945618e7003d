using System.CommandLine;
using EdgeRestore.Packages;

namespace EdgeRestore.Cli.Packages;

/// <summary><c>package keygen</c>, <c>package sign</c> and <c>package pack</c>: what comes before a package
/// travels.</summary>
internal static class PackageSigning
{
    private const string KeygenDescription = """
        Makes a pair of keys (ECDSA over P-256): NAME.key.pem signs packages and stays secret, NAME.pub.pem goes into the
        trust stores of daemons. OpenSSL reads both.

        Example: ./edgerestore package keygen ~/keys/release-2027

        Exit codes: 0 made; 2 wrong command line; 5 a file is there already or cannot be written.
        """;

    private const string SignDescription = """
        Signs a package's manifest, which holds every file's hash, into manifest.json.sig beside it. Signatures of other
        keys stay, so that a package can be trusted by daemons of an old and a new key.

        Example: ./edgerestore package sign models/night-cam --key ~/keys/release-2027.key.pem

        Exit codes: 0 signed; 2 wrong command line; 5 the package is damaged or the key cannot be used.
        """;

    private const string PackDescription = """
        Writes a package, signatures included, as one file (a tar) to carry to a daemon. The same package gives the same
        bytes.

        Example: ./edgerestore package pack models/night-cam night-cam-1.2.0.tar

        Exit codes: 0 written; 2 wrong command line; 5 the package is damaged or the file cannot be written.
        """;

    public static Command CreateKeygen()
    {
        var name = new Argument<string>("name") { Description = "Path of both files, without their endings" };
        var command = new Command("keygen", KeygenDescription) { name };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(name);
            var (privatePath, publicPath) = (path + ".key.pem", path + ".pub.pem");
            using var key = SigningKey.Create(privatePath, publicPath);
            parsed.InvocationConfiguration.Output.WriteLine(
                $"private  {privatePath}   keep it secret\npublic   {publicPath}   for trust stores\nkey id   "
                + $"{key.KeyId}");
            return ExitCode.Done;
        });
        return command;
    }

    public static Command CreateSign()
    {
        var folder = CreateFolder();
        var key = new Option<string>("--key")
        {
            Description = "Private key, as 'package keygen' or OpenSSL write it",
            HelpName = "file",
            Required = true,
        };
        var command = new Command("sign", SignDescription) { folder, key };
        command.SetAction(parsed =>
        {
            using var signer = SigningKey.Load(parsed.GetRequiredValue(key));
            var directory = parsed.GetRequiredValue(folder);
            signer.Sign(directory);
            parsed.InvocationConfiguration.Output.WriteLine(
                $"{Path.Combine(directory, PackageSignature.FileName)} signed with key {signer.KeyId}");
            return ExitCode.Done;
        });
        return command;
    }

    public static Command CreatePack()
    {
        var folder = CreateFolder();
        var file = new Argument<string>("file") { Description = "Where to write it; replaced when it is there" };
        var command = new Command("pack", PackDescription) { folder, file };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(file);
            PackageArchive.Pack(parsed.GetRequiredValue(folder), path);
            parsed.InvocationConfiguration.Output.WriteLine($"{path}, {new FileInfo(path).Length} bytes");
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> CreateFolder() => new("folder") { Description = "The package" };
}
