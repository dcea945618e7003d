using EdgeRestore.Degradations;
using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Tests;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Engines;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Quantization.Tests.Engines;

/// <summary>Everything that could change an engine's bytes makes another key, and the old engine stale.</summary>
public sealed class EngineKeyTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    public static TheoryData<string> DeviceParts => [.. TestEngines.Device.Parts.Select(part => part.Key)];

    [Theory]
    [MemberData(nameof(DeviceParts))]
    public async Task DevicePart_Changed_IsBuiltAgainAndTheOldOneIsStaleForThatReason(string part)
    {
        await _fixture.BuildAsync(new FakeBackend());
        var changed = Change(part);

        Assert.Null(_fixture.Cache.Find(_fixture.KeyOf(changed)));
        var judged = EngineCache.Judge(
            Assert.Single(_fixture.Cache.Enumerate(verifiesBytes: true)), changed, _fixture.Package);
        Assert.Equal(EngineState.Stale, judged.State);
        Assert.StartsWith($"{part} is ", judged.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(';', judged.Reason!);
        Assert.Equal(
            judged.Reason,
            EngineCache.Judge(Assert.Single(_fixture.Cache.Enumerate(verifiesBytes: true)), changed, null).Reason);

        var backend = new FakeBackend();
        Assert.Equal(BuildResult.Built, (await _fixture.BuildAsync(backend, changed)).Result);
        Assert.Single(backend.Builds);
        Assert.Equal(2, _fixture.Cache.Enumerate(verifiesBytes: true).Count);
    }

    [Theory]
    [InlineData("weights")]
    [InlineData("graph")]
    public async Task PackagePart_Changed_IsStaleForThatReason(string part)
    {
        var (before, package) = Rewrite(part == "weights" ? "weights.bin" : "noise.onnx");
        await _fixture.BuildAsync(new FakeBackend(), package: before);

        Assert.Null(_fixture.Cache.Find(EngineKey.Of(
            package, EngineFixture.Task.File, EngineFixture.Task.Shapes, new BuilderOptions(), TestEngines.Device)));
        var judged = EngineCache.Judge(
            Assert.Single(_fixture.Cache.Enumerate(verifiesBytes: true)), TestEngines.Device, package);
        Assert.Equal(EngineState.Stale, judged.State);
        Assert.StartsWith($"{part} is ", judged.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void OptionsAndShapes_Changed_GiveOtherPrefixes()
    {
        var options = new BuilderOptions();
        var shapes = EngineFixture.Task.Shapes;
        string[] prefixes =
        [
            Prefix(shapes, options),
            Prefix(shapes, options with { Level = 4 }),
            Prefix(shapes, options with { WorkspaceBytes = 1 }),
            Prefix(shapes, options with { AuxiliaryStreams = 0 }),
            Prefix(new EngineShapes(new EngineSize(48, 64)), options),
            Prefix(EngineShapes.TryParse("64x48..64x48..65x48")!, options),
            Prefix(EngineShapes.TryParse("64x48..65x48..65x48")!, options),
        ];

        Assert.Equal(prefixes.Length, prefixes.Distinct().Count());
        Assert.All(prefixes, prefix => Assert.Matches("^noise-[0-9x-]+-[0-9a-f]{24}$", prefix));
    }

    [Fact]
    public void Of_TheSame_GivesTheSame() => Assert.Equal(_fixture.KeyOf().Sha256, _fixture.KeyOf().Sha256);

    [Fact]
    public void Of_AnotherPackageWithTheSameGraphAndWeights_GivesTheSame()
    {
        // A version that changes one network leaves the engines of the others.
        var other = PackageWriter.Write(
            _fixture.PathOf("renamed"), _fixture.Package.Manifest with { Version = "9.9.9", Files = [] },
            [.. _fixture.Package.Manifest.Files.Select(
                file => PackageContent.FromFile(file.Path, _fixture.Package.GetPath(file.Path)))]);

        Assert.NotEqual(_fixture.Package.Sha256, other.Sha256);
        Assert.Equal(
            _fixture.KeyOf().Sha256,
            EngineKey.Of(
                other, EngineFixture.Task.File, EngineFixture.Task.Shapes, new BuilderOptions(), TestEngines.Device)
                .Sha256);
    }

    private string Prefix(EngineShapes shapes, BuilderOptions options) =>
        EngineKey.Of(_fixture.Package, EngineFixture.Task.File, shapes, options, TestEngines.Device).Prefix;

    private static DeviceIdentity Change(string part) => part switch
    {
        "onnxruntime" => TestEngines.Device with { OnnxRuntime = "1.30.0" },
        "tensorrt" => TestEngines.Device with { TensorRt = "10.4.0" },
        "cuda" => TestEngines.Device with { Cuda = "12.8" },
        "driver" => TestEngines.Device with { Driver = "540.5.0, CUDA 12.6" },
        "compute-capability" => TestEngines.Device with { ComputeCapability = "8.9" },
        "gpu" => TestEngines.Device with { Gpu = "Orin Nano" },
        "gpu-memory" => TestEngines.Device with { GpuMemoryBytes = 4L << 30 },
        "jetson-linux" => TestEngines.Device with { JetsonLinux = "R36.5.0" },
        "platform" => TestEngines.Device with { Platform = "linux-x64" },
        _ => throw new InvalidOperationException($"A part without a test: {part}."),
    };

    /// <summary>A package whose network has weights, and the same with one file of other bytes.</summary>
    private (ModelPackage Before, ModelPackage After) Rewrite(string changed)
    {
        ModelPackage Write(string name, int layerCount) => new TestPackage
        {
            Routes = new TestPackage().Routes.SetItem(Degradation.Noise, new TestNetwork.Slow(layerCount)),
        }.Write(_fixture.PathOf(name));

        var (before, other) = (Write("before", 2), Write("other", 3));
        PackageContent[] contents =
        [
            .. before.Manifest.Files.Select(file => file.Path != changed
                ? PackageContent.FromFile(file.Path, before.GetPath(file.Path))
                : file.Path.EndsWith(".onnx", StringComparison.Ordinal)
                    ? PackageContent.FromFile(file.Path, other.GetPath(file.Path))
                    : PackageContent.FromBytes(
                        file.Path, (byte[])[.. File.ReadAllBytes(before.GetPath(file.Path)), 1, 2, 3, 4])),
        ];
        return (before, PackageWriter.Write(_fixture.PathOf("after"), before.Manifest with { Files = [] }, contents));
    }
}
