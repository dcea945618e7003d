using System.Threading.Channels;

namespace EdgeRestore.Cli.Video;

/// <summary>What restores the frames of one video: this process or a daemon.</summary>
internal interface IVideoRestoration : IAsyncDisposable
{
    /// <summary>Package and device, for the report.</summary>
    string Description { get; }

    /// <summary>Takes frames until there are no more, and answers them in their order.</summary>
    Task RunAsync(
        ChannelReader<VideoFrame> frames, ChannelWriter<VideoAnswer> answers, CancellationToken token);
}
