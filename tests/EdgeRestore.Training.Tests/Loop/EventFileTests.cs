using System.Diagnostics;
using System.Text.Json;
using EdgeRestore.Training.Loop;

namespace EdgeRestore.Training.Tests.Loop;

/// <summary>
/// Event files, read back by a program that shares nothing with their writer: Python without TensorBoard.
/// </summary>
public sealed class EventFileTests : IDisposable
{
    // Framing and messages by the published formats; CRC-32C bit by bit (polynomial 0x82F63B78, reflected).
    private const string Reader = """
        import json, struct, sys

        def crc32c(data):
            crc = 0xFFFFFFFF
            for byte in data:
                crc ^= byte
                for _ in range(8):
                    crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
            return crc ^ 0xFFFFFFFF

        def masked(data):
            crc = crc32c(data)
            return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF

        def fields(data):
            at = 0
            def varint():
                nonlocal at
                value = shift = 0
                while True:
                    byte = data[at]; at += 1
                    value |= (byte & 0x7F) << shift; shift += 7
                    if byte < 0x80:
                        return value
            while at < len(data):
                key = varint()
                if key & 7 == 0: yield key >> 3, varint()
                elif key & 7 == 1: yield key >> 3, struct.unpack_from("<d", data, at)[0]; at += 8
                elif key & 7 == 5: yield key >> 3, struct.unpack_from("<f", data, at)[0]; at += 4
                elif key & 7 == 2:
                    size = varint()
                    assert at + size <= len(data)
                    yield key >> 3, data[at:at + size]; at += size
                else: raise ValueError(key)

        assert masked(b"123456789") == (((0xE3069283 >> 15) | (0xE3069283 << 17)) + 0xA282EAD8) & 0xFFFFFFFF
        events = []
        with open(sys.argv[1], "rb") as file:
            while head := file.read(12):
                assert masked(head[:8]) == struct.unpack("<I", head[8:])[0], "checksum of a length"
                data = file.read(struct.unpack("<Q", head[:8])[0])
                assert masked(data) == struct.unpack("<I", file.read(4))[0], "checksum of a record"
                event = dict(fields(data))
                values = [dict(fields(value)) for _, value in fields(event.get(5, b""))]
                events.append({"time": event[1], "step": event.get(2, 0), "version": event.get(3, b"").decode(),
                               "values": {value[1].decode(): value[2] for value in values}})
        json.dump(events, sys.stdout)
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-events-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Append_ReadByAnotherProgram_GivesEveryScalarWithItsStep()
    {
        var events = new EventFile(_folder);
        events.Append(7, [("training/loss", 0.25), ("validation_gain/haze+rain", -1.5)]);
        events.Append(1L << 40, [("training/loss", float.Epsilon)]);

        var read = await ReadAsync();

        Assert.Equal(3, read.Count);
        Assert.Equal("brain.Event:2", read[0].GetProperty("version").GetString());
        Assert.InRange(read[0].GetProperty("time").GetDouble(), 1.7e9, 1e11);
        Assert.Equal(7, read[1].GetProperty("step").GetInt64());
        Assert.Equal(0.25, read[1].GetProperty("values").GetProperty("training/loss").GetDouble());
        Assert.Equal(-1.5, read[1].GetProperty("values").GetProperty("validation_gain/haze+rain").GetDouble());
        Assert.Equal(1L << 40, read[2].GetProperty("step").GetInt64());
        Assert.True(read[2].GetProperty("values").GetProperty("training/loss").GetDouble() > 0);
    }

    [Fact]
    public async Task RunFolder_StepsAndValidation_StandInTheEventsAsInTheTables()
    {
        var folder = new RunFolder(_folder);
        folder.AppendSteps(new StepSummary(20, 3, 4, 0.001, 0.5, 2, 150, 0.03));
        folder.AppendValidation(20, 3, [new("haze", 12, 18.5, 0.5, 0.75)]);

        var values = (await ReadAsync()).Skip(1).SelectMany(one => one.GetProperty("values").EnumerateObject())
            .ToDictionary(value => value.Name, value => value.Value.GetDouble());

        Assert.Equal(0.5, values["training/loss"]);
        Assert.Equal(150, values["training/ms_per_step"]);
        Assert.Equal(18.5, values["validation_psnr/haze"]);
        Assert.Equal(6.5, values["validation_gain/haze"]);
        Assert.Equal(0.75, values["validation_ssim/haze"]);
        Assert.Equal(8, values.Count);
    }

    private async Task<List<JsonElement>> ReadAsync()
    {
        var file = Assert.Single(Directory.GetFiles(_folder, "events.out.tfevents.*"));
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Reader, file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = python.StandardError.ReadToEndAsync();
        var output = await python.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(2));
        await python.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        Assert.True(python.ExitCode == 0, await errors);
        using var document = JsonDocument.Parse(output);
        return [.. document.RootElement.EnumerateArray().Select(one => one.Clone())];
    }
}
