using EdgeRestore.Degradations;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Commands;

namespace EdgeRestore.Quantization.Tests.Tables;

public sealed class CalibrationExportTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Export_Calibration_WritesBothTablesOfEveryNetwork()
    {
        Save(-2, 1);

        var (code, output) = await RunAsync("--method", "minmax");

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(
            "TRT-100300-MinMaxCalibration\ngate: 3c810204\n", File.ReadAllText(_folder.PathOf("tables/noise.cache")));
        Assert.Equal(68, new FileInfo(_folder.PathOf("tables/noise.flatbuffers")).Length);
        Assert.Contains("noise.onnx: 1 tensors", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_ForTensorRt11_IsRefused()
    {
        Save(0, 1);

        var (code, _) = await RunAsync("--tensorrt", "11.0");

        Assert.Equal(ExitCode.WrongCommandLine, code);
    }

    private void Save(float min, float max)
    {
        var tensor = new TensorStatistics("gate");
        tensor.Observe(new string('a', 64), min, max, elementCount: 4);
        new CalibrationFile
        {
            Package = "test 1.0.0",
            PackageSha256 = new string('0', 64),
            IsComplete = true,
            Frames = [new CalibrationSource(new string('a', 64), "frame.png", Degradation.Noise)],
            Graphs = [new CalibratedGraph("noise.onnx", [tensor]) { RangedFrames = [new string('a', 64)] }],
        }.Save(_folder.PathOf("test.ercal"));
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] options)
    {
        var output = new StringWriter();
        var code = await CommandLine.RunAsync(
            ["calibration", "export", _folder.PathOf("test.ercal"), "--out", _folder.PathOf("tables"), .. options],
            output, new StringWriter());
        return (code, output.ToString());
    }
}
