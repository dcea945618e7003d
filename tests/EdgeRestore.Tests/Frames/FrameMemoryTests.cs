using EdgeRestore.Frames;

namespace EdgeRestore.Tests.Frames;

public sealed class FrameMemoryTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(57_600)]
    [InlineData(921_600)]
    [InlineData(1_048_576)]
    [InlineData(1_048_577)]
    [InlineData(6_220_800)]
    public void Rent_AnyLength_IsEnoughAndAtMostAQuarterMore(int length)
    {
        var buffer = FrameMemory.Rent(length);
        FrameMemory.Return(buffer);

        Assert.InRange(buffer.Length, length, Math.Max(4096, length * 5L / 4));
    }

    [Fact]
    public void Rent_AfterReturn_GivesTheSameArrayBack()
    {
        // A size class that no other test uses: they run beside this one.
        const int length = 33_333_333;
        var first = FrameMemory.Rent(length);
        FrameMemory.Return(first);

        var second = FrameMemory.Rent(length - 1000);
        FrameMemory.Return(second);

        Assert.Same(first, second);
    }

    [Fact]
    public void Return_MoreThanMayBeIdle_LeavesTheRestToTheCollector()
    {
        const int length = 67_000_000;
        var buffers = Enumerable.Range(0, 3).Select(_ => FrameMemory.Rent(length)).ToArray();

        Array.ForEach(buffers, FrameMemory.Return);

        Assert.InRange(FrameMemory.IdleBytes, 0, FrameMemory.MaxIdleBytes);
        Assert.Contains(buffers, buffer => buffer != FrameMemory.Rent(length));
    }

    [Fact]
    public void Rent_Array_StaysWhereItIs()
    {
        var buffer = FrameMemory.Rent(100);
        var address = AddressOf(buffer);

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

        Assert.Equal(address, AddressOf(buffer));
        FrameMemory.Return(buffer);

        static unsafe nint AddressOf(byte[] buffer)
        {
            fixed (byte* bytes = buffer)
            {
                return (nint)bytes;
            }
        }
    }

    [Fact]
    public void ToFrame_Bytes_BecomeTheFrameWithoutACopy()
    {
        var bytes = PooledBytes.Rent(4 * 3 * 3);
        bytes.Span[^1] = 77;

        using var frame = bytes.ToFrame(4, 3, PixelFormat.Rgb24);

        Assert.Equal(77, frame.Pixels[^1]);
        Assert.Throws<ObjectDisposedException>(() => bytes.Memory);
        bytes.Dispose();
        Assert.Equal(77, frame.Pixels[^1]);
    }

    [Fact]
    public void ToFrame_TooFewBytes_IsRefused()
    {
        using var bytes = PooledBytes.Rent(35);

        var exception = Assert.Throws<ArgumentException>(() => bytes.ToFrame(4, 3, PixelFormat.Rgb24));

        Assert.Contains("35 bytes", exception.Message, StringComparison.Ordinal);
        Assert.Contains("36", exception.Message, StringComparison.Ordinal);
    }
}
