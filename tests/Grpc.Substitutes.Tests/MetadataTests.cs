using Grpc.Core;

namespace Grpc.Substitutes.Tests;

public sealed class MetadataTests
{
    [Fact]
    public async Task HeadersAndTrailers_TextAndBinary_ArriveBothWays()
    {
        await using var server = await EchoServer.StartAsync();
        using var channel = server.CreateChannel();
        var headers = new Metadata
        {
            { "ask-for", "metadata" },
            { "Twice", "one" },
            { "twice", "two" },
            { "raw-bin", new byte[] { 0, 128, 255 } },
        };

        using var call = new Echo.EchoClient(channel).UnaryAsync(new EchoMessage(), headers);
        var responseHeaders = await call.ResponseHeadersAsync.WaitAsync(EchoServer.Patience);
        await call.ResponseAsync.WaitAsync(EchoServer.Patience);

        // The HTTP handler may join a repeated header with commas (RFC 9110, 5.3).
        Assert.Equal("one, two", string.Join(", ", server.LastHeaders!.GetAll("twice").Select(entry => entry.Value)));
        Assert.Equal([0, 128, 255], server.LastHeaders.GetValueBytes("raw-bin"));
        Assert.Equal("head", responseHeaders.GetValue("h-text"));
        Assert.Equal([0, 255], responseHeaders.GetValueBytes("h-bin"));
        Assert.Equal("tail", call.GetTrailers().GetValue("t-text"));
        Assert.Equal([1, 2, 254], call.GetTrailers().GetValueBytes("t-bin"));
    }

    [Fact]
    public void Entry_KeyWithUpperCase_IsLowered() =>
        Assert.Equal("x-camera", new Metadata.Entry("X-Camera", "1").Key);

    [Theory]
    [InlineData("has space")]
    [InlineData("ünicode")]
    [InlineData("colon:")]
    public void Entry_KeyWithOtherCharacters_Throws(string key) =>
        Assert.Throws<ArgumentException>(() => new Metadata.Entry(key, "1"));

    [Fact]
    public void Entry_SuffixAndValueDisagree_Throws()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a", new byte[1]));
    }

    [Fact]
    public void Entry_BytesChangedAfterwards_KeepsItsOwnCopy()
    {
        var bytes = new byte[] { 7 };
        var entry = new Metadata.Entry("a-bin", bytes);

        bytes[0] = 8;
        entry.ValueBytes[0] = 9;

        Assert.Equal([7], entry.ValueBytes);
        Assert.Throws<InvalidOperationException>(() => entry.Value);
    }

    [Fact]
    public void Get_KeyRepeats_GivesTheLast() =>
        Assert.Equal("two", new Metadata { { "k", "one" }, { "k", "two" } }.GetValue("K"));

    [Fact]
    public void Empty_Changed_Throws() =>
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "b"));
}
