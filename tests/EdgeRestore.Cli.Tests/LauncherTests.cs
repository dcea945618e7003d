namespace EdgeRestore.Cli.Tests;

/// <summary>./edgerestore itself, on copies of it where a test would otherwise install or build.</summary>
public sealed class LauncherTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Scripts => new(
        Directory.GetFiles(Path.Combine(Repository.Root, "deploy/setup"), "*.sh")
            .Append(Repository.Launcher)
            .Append(Path.Combine(Repository.Root, ".ci/run"))
            .Select(path => Path.GetRelativePath(Repository.Root, path)));

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Script_ParsedByBash_HasNoSyntaxError(string script)
    {
        var outcome = await Shell.RunAsync("bash", ["-n", Path.Combine(Repository.Root, script)]);

        Assert.Equal("", outcome.Error);
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public async Task TrainersEnvironment_WithTheSearchPathOfAnOrdinaryUser_IsFound()
    {
        // Debian gives /sbin, where ldconfig is, to root alone.
        var script =
            $"set -euo pipefail; . '{Repository.Root}/deploy/setup/install.sh'; tune_libtorch; echo $OMP_WAIT_POLICY";
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
            ["OMP_WAIT_POLICY"] = "",
        };

        var outcome = await Shell.RunAsync("bash", ["-c", script], environment);

        Assert.Equal("", outcome.Error);
        Assert.Equal("passive\n", outcome.Output);
    }

    [Fact]
    public async Task UnknownVerb_NamesItAndTheAllowedOnes()
    {
        var outcome = await Shell.RunAsync(Repository.Launcher, ["polish"]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("Unknown verb 'polish'", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("  restore ", outcome.Error, StringComparison.Ordinal);
        Assert.Equal("", outcome.Output);
    }

    [Fact]
    public async Task Help_NamesEveryVerbOfTheCommandLine()
    {
        var outcome = await Shell.RunAsync(Repository.Launcher, ["--help"]);

        Assert.Equal(0, outcome.ExitCode);
        foreach (var verb in CommandLine.Create().Subcommands)
        {
            Assert.Contains($"\n  {verb.Name} ", outcome.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TestWithUnknownOption_IsRefusedBeforeAnythingIsBuilt()
    {
        var outcome = await Shell.RunAsync(CopyOfLauncher(), ["test", "--fast"]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("Unknown option '--fast'", outcome.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, ".edgerestore")));
    }

    [Fact]
    public async Task MissingSystemPackageWithoutRoot_PrintsTheExactCommandAndStopsWith3()
    {
        // dpkg-query that knows no package, and id that says: not root. The machine itself stays as it is.
        var outcome = await Shell.RunAsync(
            CopyOfLauncher(), ["setup"], WithPrograms(("dpkg-query", "exit 1"), ("id", "echo 1000")));

        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains(
            "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends libturbojpeg0'", outcome.Error,
            StringComparison.Ordinal);
        Assert.DoesNotContain("libtorch", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingTrainerPackageWithoutRoot_AsksForLibtorchOnlyWhenTraining()
    {
        var outcome = await Shell.RunAsync(
            CopyOfLauncher(), ["train"], WithPrograms(("dpkg-query", "exit 1"), ("id", "echo 1000")));

        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("libtorch-dev", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingSdk_SaysWhatToInstall()
    {
        var outcome = await Shell.RunAsync(
            CopyOfLauncher(), ["setup"],
            WithPrograms(("dpkg-query", "echo installed"), ("dotnet", "echo no SDK >&2; exit 145")));

        Assert.Equal(4, outcome.ExitCode);
        Assert.Contains("Its own words:\nno SDK", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailingBuild_ShowsTheCompilersWordsAndLeavesNoStamp()
    {
        var outcome = await Shell.RunAsync(CopyOfLauncher(), ["setup"], WithPrograms(
            ("dpkg-query", "echo installed"),
            ("npm", "exit 0"),
            ("dotnet", "[ \"$1\" = --version ] && echo 10.0.100 || { echo 'error CS1002: ; expected'; exit 1; }")));

        Assert.Equal(4, outcome.ExitCode);
        Assert.Contains("error CS1002: ; expected", outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.Path, ".edgerestore/stamps/build-run")));
        Assert.True(File.Exists(Path.Combine(_folder.Path, ".edgerestore/stamps/build-begun")));
    }

    [Fact]
    public async Task SecondSetup_BuildsOnlyWhenASourceChanged()
    {
        var launcher = CopyOfLauncher();
        var programs = WithPrograms(
            ("dpkg-query", "echo installed"),
            ("npm", "exit 0"),
            ("dotnet", "[ \"$1\" = --version ] && echo 10.0.100 || echo \"$@\" >>\"$0.calls\""));
        var calls = _folder.File("programs", "dotnet.calls");

        for (var run = 0; run < 2; run++)
        {
            Assert.Equal(0, (await Shell.RunAsync(launcher, ["setup"], programs)).ExitCode);
        }

        Assert.Single(await File.ReadAllLinesAsync(calls));

        await File.WriteAllTextAsync(_folder.File("src", "New.cs"), "// a source that was not there");
        Assert.Equal(0, (await Shell.RunAsync(launcher, ["setup"], programs)).ExitCode);
        Assert.Equal(2, (await File.ReadAllLinesAsync(calls)).Length);

        File.Delete(_folder.File("src", "New.cs"));
        Assert.Equal(0, (await Shell.RunAsync(launcher, ["setup"], programs)).ExitCode);
        Assert.Equal(3, (await File.ReadAllLinesAsync(calls)).Length);
    }

    [Fact]
    public async Task InterruptedBuild_StopsWith130AndTheNextOneStartsAnew()
    {
        var launcher = CopyOfLauncher();
        var started = _folder.File("programs", "started");
        var programs = WithPrograms(
            ("dpkg-query", "echo installed"),
            ("npm", "exit 0"),
            ("dotnet", $"[ \"$1\" = --version ] && echo 10.0.100 && exit; echo \"$@\" >>\"$0.calls\"; "
                + $"[ -e '{started}' ] && exit 0; mkfifo \"$0.fifo\"; : >'{started}'; read line <\"$0.fifo\""));
        // The launcher is told to stop once its build runs; the build itself waits for ever.
        var script =
            $"'{launcher}' setup & pid=$!; while [ ! -e '{started}' ]; do sleep 0.05; done; kill -TERM $pid; wait $pid";

        var interrupted = await Shell.RunAsync("bash", ["-c", script], programs);
        var next = await Shell.RunAsync(launcher, ["setup"], programs);

        Assert.Equal(130, interrupted.ExitCode);
        Assert.Contains("The next run goes on from here", interrupted.Error, StringComparison.Ordinal);
        Assert.Equal(0, next.ExitCode);
        var calls = await File.ReadAllLinesAsync(_folder.File("programs", "dotnet.calls"));
        Assert.Equal(2, calls.Length);
        Assert.DoesNotContain("--no-incremental", calls[0], StringComparison.Ordinal);
        Assert.Contains("--no-incremental", calls[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_AddsUpTheReportsOfAllProjects_AndFailsWhenOneFailed()
    {
        var launcher = CopyOfLauncher();
        PretendTestProject("First.Tests", total: 5, executed: 4, passed: 4);
        PretendTestProject("Second.Tests", total: 3, executed: 3, passed: 2);
        Directory.CreateDirectory(_folder.File("tests", "NoTests", "bin"));
        await File.WriteAllTextAsync(_folder.File("tests", "NoTests", "NoTests.csproj"), "");

        var outcome = await Shell.RunAsync(launcher, ["test"], WithTestRunner());

        Assert.Equal(1, outcome.ExitCode);
        Assert.EndsWith("\n6 passed, 1 failed, 1 skipped\n", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("--filter Category!=Long", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_HostThatCrashes_CountsAsFailed()
    {
        var launcher = CopyOfLauncher();
        PretendTestProject("First.Tests", total: 5, executed: 5, passed: 5);
        File.Delete(_folder.File("tests", "First.Tests", "report.trx"));

        var outcome = await Shell.RunAsync(launcher, ["test", "--long"], WithTestRunner());

        Assert.Equal(1, outcome.ExitCode);
        Assert.EndsWith("\n0 passed, 1 failed, 0 skipped\n", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Category!=Long", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_FailureThatDoesNotComeAgain_CountsAsPassedAndIsNamed()
    {
        var launcher = CopyOfLauncher();
        PretendTestProject("First.Tests", total: 5, executed: 5, passed: 3, "A.Tests.One(x: 1)", "A.Tests.One(x: 2)");
        PretendReport("First.Tests", "again.trx", total: 4, executed: 4, passed: 4);

        var outcome = await Shell.RunAsync(launcher, ["test"], WithTestRunner());

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("--filter FullyQualifiedName=A.Tests.One --", outcome.Output, StringComparison.Ordinal);
        Assert.EndsWith(
            "\npassed only when run again: A.Tests.One\n5 passed, 0 failed, 0 skipped\n",
            outcome.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_FailureThatComesAgain_Fails()
    {
        var launcher = CopyOfLauncher();
        PretendTestProject("First.Tests", total: 5, executed: 5, passed: 3, "A.Tests.One", "A.Tests.Two");
        PretendReport("First.Tests", "again.trx", total: 2, executed: 2, passed: 1, "A.Tests.Two");

        var outcome = await Shell.RunAsync(launcher, ["test"], WithTestRunner());

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(
            "--filter FullyQualifiedName=A.Tests.One|FullyQualifiedName=A.Tests.Two --",
            outcome.Output,
            StringComparison.Ordinal);
        Assert.EndsWith("\n3 passed, 2 failed, 0 skipped\n", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_FourFailures_AreNotRunAgain()
    {
        var launcher = CopyOfLauncher();
        PretendTestProject("First.Tests", total: 5, executed: 5, passed: 1, "A.One", "A.Two", "A.Three", "A.Four");
        PretendReport("First.Tests", "again.trx", total: 4, executed: 4, passed: 4);

        var outcome = await Shell.RunAsync(launcher, ["test"], WithTestRunner());

        Assert.Equal(1, outcome.ExitCode);
        Assert.EndsWith("\n1 passed, 4 failed, 0 skipped\n", outcome.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void PretendTestProject(string name, int total, int executed, int passed, params string[] failures)
    {
        File.WriteAllText(_folder.File("tests", name, $"{name}.csproj"), "");
        File.WriteAllText(
            _folder.File("tests", name, "bin/Release/net10.0/xunit.runner.visualstudio.testadapter.dll"), "");
        PretendReport(name, "report.trx", total, executed, passed, failures);
    }

    private void PretendReport(
        string project, string file, int total, int executed, int passed, params string[] failures) =>
        File.WriteAllLines(
            _folder.File("tests", project, file),
            [
                .. failures.Select(test => $"<UnitTestResult testId=\"1\" testName=\"{test}\" outcome=\"Failed\">"),
                "<UnitTestResult testId=\"2\" testName=\"A.Tests.Good\" outcome=\"Passed\" />",
                $"<Counters total=\"{total}\" executed=\"{executed}\" passed=\"{passed}\" "
                + $"failed=\"{executed - passed}\" error=\"0\" notExecuted=\"0\" />",
            ]);

    // Puts the pretended report, or that of the second run, where --results-directory says.
    private Dictionary<string, string> WithTestRunner() => WithPrograms(
        ("dpkg-query", "echo installed"),
        ("npm", "exit 0"),
        ("dotnet", """
            case $1 in
                --version) echo 10.0.100 ;;
                test)
                    echo "$@"
                    name=$(basename "$2" .dll)
                    report=report.trx
                    case "$*" in *.again.trx*) report=again.trx name+=.again ;; esac
                    report="$(dirname "$0")/../tests/${name%.again}/$report"
                    [ -e "$report" ] || exit 134
                    while [ "$1" != --results-directory ]; do shift; done
                    cp "$report" "$2/$name.trx"
                    ! grep -q 'failed="[1-9]' "$report" ;;
            esac
            """));

    private string CopyOfLauncher()
    {
        foreach (var script in Directory.GetFiles(Path.Combine(Repository.Root, "deploy/setup")))
        {
            File.Copy(script, _folder.File("deploy", "setup", Path.GetFileName(script)));
        }

        string[] names =
        [
            "edgerestore", "Directory.Build.props", "EdgeRestore.sln", "global.json", ".editorconfig",
            "package-lock.json",
        ];
        foreach (var name in names)
        {
            File.Copy(Path.Combine(Repository.Root, name), _folder.File(name));
        }

        foreach (var folder in (string[])["src", "proto", "tests", "node_modules"])
        {
            Directory.CreateDirectory(_folder.File(folder));
        }

        return _folder.File("edgerestore");
    }

    private Dictionary<string, string> WithPrograms(params (string Name, string Script)[] programs)
    {
        foreach (var (name, script) in programs)
        {
            var path = _folder.File("programs", name);
            File.WriteAllText(path, $"#!/bin/bash\n{script}\n");
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute);
        }

        var search = $"{_folder.File("programs")}:{Environment.GetEnvironmentVariable("PATH")}";
        return new Dictionary<string, string> { ["PATH"] = search, ["CI"] = "" };
    }
}
